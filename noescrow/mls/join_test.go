package mls

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// evilWelcome is a Welcome by a member that breaks the rules, and fits in all else.
type evilWelcome struct {
	tree    func(*ratchetTree)
	stale   bool // the tree hash is that of the tree before the change
	context func(*groupContext)
	info    func(*groupInfo)
	signed  func(*groupInfo)
	secrets func(*groupSecrets)
	welcome func(*welcome)
}

// message makes a Welcome for a KeyPackage.
func (e *evilWelcome) message(t *testing.T, p *party, keyPackage []byte) []byte {
	t.Helper()
	g := p.g.group
	made, err := Add(keyPackage).make(g)
	if err != nil {
		t.Fatal(err)
	}
	made.sender = sender{senderMember, g.self}
	ch, err := g.apply(g.checks(), []sourced{*made}, made.sender)
	if err != nil {
		t.Fatal(err)
	}
	a := g.content(contentCommit)
	a.content.commit = &commit{proposals: []proposalOrRef{{proposal: made.proposal}}}
	next, path, err := g.complete(g.checks(), ch, a, true, g.self, g.secrets.init, g.psks)
	if err != nil {
		t.Fatal(err)
	}
	if e.tree != nil {
		e.tree(next.tree)
		next.tree.hashes = make([][]byte, len(next.tree.nodes))
	}
	if !e.stale {
		next.context.treeHash = next.tree.hash(next.tree.root())
	}
	if e.context != nil {
		e.context(&next.context)
	}
	secrets := groupSecrets{joiner: next.secrets.joiner[:], pathSecret: path.secretFor(ch.added[0].leaf)}
	if e.secrets != nil {
		e.secrets(&secrets)
	}
	joiner := secret{}
	copy(joiner[:], secrets.joiner)
	s := fromJoiner(joiner, secret{}, next.context.add(nil))
	info := &groupInfo{context: next.context, extensions: []Extension{{extensionRatchetTree, next.tree.add(nil)}},
		confirmationTag: mac(s.confirm, next.context.confirmed), signer: g.self}
	if e.info != nil {
		e.info(info)
	}
	info.signature = signWithLabel(g.signer, "GroupInfoTBS", info.tbs())
	if e.signed != nil {
		e.signed(info)
	}
	key, nonce := g.suite.welcomeKey(s.welcome)
	w := &welcome{suite: g.suite.id}
	w.info = g.suite.newAEAD(key).Seal(nil, nonce, info.add(nil), nil)
	k, _ := parseKeyPackage(keyPackage)
	box, err := g.suite.encryptWithLabel(k.initKey, "Welcome", w.info, secrets.add(nil))
	if err != nil {
		t.Fatal(err)
	}
	w.secrets = []encryptedGroupSecrets{{k.ref(), box}}
	if e.welcome != nil {
		e.welcome(w)
	}
	m := mlsMessage{wire: wireWelcome, welcome: w}
	return m.add(nil)
}

// changeLeaf changes a copy of a leaf, without a new signature.
func changeLeaf(t *ratchetTree, i uint32, change func(*leafNode)) {
	l := *t.leaf(i)
	l.raw = nil
	change(&l)
	l.raw = l.add(nil)
	t.nodes[2*i].leaf = &l
}

func changeParent(t *ratchetTree, x uint32, change func(*parentNode)) {
	p := *t.nodes[x].parent
	p.unmerged = slices.Clone(p.unmerged)
	change(&p)
	t.nodes[x].parent = &p
}

// Section 12.4.3.1: what a joiner checks. The member that welcomes it would be believed otherwise: its
// signature and the tag fit the change.
func TestJoinRules(t *testing.T) {
	r := newRoom(t, X25519AES128, 8)
	for _, i := range []int{5, 2, 7, 0} {
		r.commit(r.members[i], nil)
	}
	extra := newParty(t, "extra")
	unmerged, greeting, err := r.members[4].CommitWithoutPath(Add(extra.keyPackage(X25519AES128)))
	if err != nil {
		t.Fatal(err)
	}
	r.follow(unmerged, greeting, []*party{extra}) // unmerged at the root
	r.commit(r.members[3], nil, Remove(6))
	a := r.members[1] // signs
	if a.g.self != 1 {
		t.Fatal("the room has changed")
	}
	for what, c := range map[string]struct {
		evilWelcome
		want string
	}{
		"valid":                      {evilWelcome{}, ""},
		"no path secret":             {evilWelcome{secrets: func(s *groupSecrets) { s.pathSecret = nil }}, ""},
		"tree and not its hash":      {evilWelcome{stale: true, tree: func(t *ratchetTree) { changeLeaf(t, 2, func(l *leafNode) { l.signature = make([]byte, 64) }) }}, "the tree does not have the tree hash"},
		"signature of the GroupInfo": {evilWelcome{signed: func(i *groupInfo) { i.signature[0] ^= 1 }}, "signature of the GroupInfo does not verify"},
		"signer":                     {evilWelcome{info: func(i *groupInfo) { i.signer = 0 }}, "signature of the GroupInfo does not verify"},
		"blank signer":               {evilWelcome{info: func(i *groupInfo) { i.signer = 14 }}, "leaf 14, which has signed the GroupInfo, is blank"},
		"suite of the group":         {evilWelcome{context: func(c *groupContext) { c.suite = 3 }}, "and suite 1, found version 1 and suite 3"},
		"version of the group":       {evilWelcome{context: func(c *groupContext) { c.version = 2 }}, "found version 2"},
		"tag":                        {evilWelcome{info: func(i *groupInfo) { i.confirmationTag[0] ^= 1 }}, "the confirmation tag of the GroupInfo"},
		"no tag":                     {evilWelcome{info: func(i *groupInfo) { i.confirmationTag = nil }}, "the confirmation tag of the GroupInfo"},
		"parent hash":                {evilWelcome{tree: func(t *ratchetTree) { changeParent(t, 1, func(p *parentNode) { p.parentHash = make([]byte, 32) }) }}, "a parent hash of the tree is not valid"},
		"parent key": {evilWelcome{tree: func(t *ratchetTree) {
			changeParent(t, 1, func(p *parentNode) { p.encryptionKey = suites[1].newKeyPair().public })
		}}, "a parent hash of the tree is not valid"},
		"parent of small order": {evilWelcome{tree: func(t *ratchetTree) { changeParent(t, 1, func(p *parentNode) { p.encryptionKey = make([]byte, 32) }) }}, "small order"},
		"leaf of small order":   {evilWelcome{tree: func(t *ratchetTree) { changeLeaf(t, 2, func(l *leafNode) { l.encryptionKey = make([]byte, 32) }) }}, "small order"},
		"leaf with a short key": {evilWelcome{tree: func(t *ratchetTree) { changeLeaf(t, 2, func(l *leafNode) { l.encryptionKey = []byte{1} }) }}, errKEMKey.Error()},
		"parent with no key":    {evilWelcome{tree: func(t *ratchetTree) { changeParent(t, 1, func(p *parentNode) { p.encryptionKey = nil }) }}, errKEMKey.Error()},
		"unmerged elsewhere":    {evilWelcome{tree: func(t *ratchetTree) { changeParent(t, 1, func(p *parentNode) { p.unmerged = []uint32{4} }) }}, "node 1 has the unmerged leaf 4, which is not a member below it"},
		"unmerged blank":        {evilWelcome{tree: func(t *ratchetTree) { changeParent(t, t.root(), func(p *parentNode) { p.unmerged = []uint32{15} }) }}, "has the unmerged leaf 15, which is not a member below it"},
		"unmerged above only":   {evilWelcome{tree: func(t *ratchetTree) { changeParent(t, t.root(), func(p *parentNode) { p.unmerged = []uint32{0} }) }}, "leaf 0 is unmerged at node 15 and not at node"},
		"one key at two nodes": {evilWelcome{tree: func(t *ratchetTree) {
			changeParent(t, 1, func(p *parentNode) { p.encryptionKey = t.leaf(4).encryptionKey })
		}}, "two nodes of the tree have one encryption key"},
		"an extension of the group":  {evilWelcome{context: func(c *groupContext) { c.extensions = []Extension{{77, nil}} }}, "does not support the extension 77"},
		"a requirement of the group": {evilWelcome{context: func(c *groupContext) { c.extensions = []Extension{RequiredCapabilities(nil, []uint16{99}, nil)} }}, "does not support the proposal 99"},
		"two extensions":             {evilWelcome{info: func(i *groupInfo) { i.extensions = append(i.extensions, i.extensions[0]) }}, "two extensions of type 2"},
		"no tree":                    {evilWelcome{info: func(i *groupInfo) { i.extensions = nil }}, "the GroupInfo has no tree"},
		"a blank at the end":         {evilWelcome{info: func(i *groupInfo) { i.extensions[0].Data = blankEnd(i.extensions[0].Data) }}, "the tree is malformed"},
		"path secret":                {evilWelcome{secrets: func(s *groupSecrets) { s.pathSecret[0] ^= 1 }}, errPathSecret.Error()},
		"short path secret":          {evilWelcome{secrets: func(s *groupSecrets) { s.pathSecret = s.pathSecret[1:] }}, "the GroupSecrets are malformed"},
		"short joiner secret":        {evilWelcome{secrets: func(s *groupSecrets) { s.joiner = s.joiner[1:] }}, "the GroupSecrets are malformed"},
		"psk":                        {evilWelcome{secrets: func(s *groupSecrets) { s.psks = []pskID{{kind: pskExternal, id: []byte("q"), nonce: make([]byte, 32)}} }}, `the PSK "q" is not known`},
		"psk nonce":                  {evilWelcome{secrets: func(s *groupSecrets) { s.psks = []pskID{{kind: pskExternal, id: []byte("q")}} }}, "expected a psk_nonce of 32 bytes, found 0"},
		"suite of the Welcome":       {evilWelcome{welcome: func(w *welcome) { w.suite = 3 }}, "expected a Welcome of suite 1, found suite 3"},
		"another's KeyPackage":       {evilWelcome{welcome: func(w *welcome) { w.secrets[0].newMember[0] ^= 1 }}, errNoKeyPackage.Error()},
		"GroupSecrets":               {evilWelcome{welcome: func(w *welcome) { w.secrets[0].secrets.ciphertext[0] ^= 1 }}, "the Welcome does not open"},
		"GroupInfo":                  {evilWelcome{welcome: func(w *welcome) { w.info[len(w.info)-1] ^= 1 }}, "the Welcome does not open"},
	} {
		joiner := newParty(t, "joiner")
		k := joiner.keyPackage(X25519AES128)
		before, _ := joiner.id.MarshalBinary()
		message := c.message(t, a, k)
		g, err := joiner.id.Join(message, nil)
		after, _ := joiner.id.MarshalBinary()
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			} else if g.Self().Leaf != 6 {
				t.Errorf("%s: at leaf %d", what, g.Self().Leaf)
			}
			if _, err := joiner.id.Join(message, nil); !errors.Is(err, errNoKeyPackage) {
				t.Errorf("%s, again: %v", what, err)
			}
			continue
		}
		says(t, what, err, c.want)
		if !bytes.Equal(before, after) {
			t.Errorf("%s: a Welcome that is refused changes the identity", what)
		}
		// The true one still opens.
		var good evilWelcome
		if _, err := joiner.id.Join(good.message(t, a, k), nil); err != nil {
			t.Errorf("%s: then %v", what, err)
		}
	}
	// A leaf of the joiner, from another of its KeyPackages. (The joiner is at leaf 6, which was blank.)
	joiner := newParty(t, "joiner")
	one, two := joiner.keyPackage(X25519AES128), joiner.keyPackage(X25519AES128)
	swapped := evilWelcome{secrets: func(s *groupSecrets) { s.pathSecret = nil }, tree: func(tree *ratchetTree) {
		withoutParents(tree)
		k, _ := parseKeyPackage(two)
		tree.nodes[12] = node{leaf: k.leaf}
	}}
	_, err = joiner.id.Join(swapped.message(t, a, one), nil)
	says(t, "another leaf of the joiner", err, "the tree has no leaf of this KeyPackage")
	joiner.id.SetVerifier(func(c Credential, _ []byte, _ time.Time) error {
		if c.Identity == "member 4" {
			return errors.New("never heard of that")
		}
		return nil
	})
	var good evilWelcome
	_, err = joiner.id.Join(good.message(t, a, joiner.keyPackage(X25519AES128)), nil)
	says(t, "credential", err, "a credential is refused: never heard of that")
	// One group twice.
	joiner.id.SetVerifier(AcceptBasic)
	for i := range 2 {
		_, err = joiner.id.Join(good.message(t, a, joiner.keyPackage(X25519AES128)), nil)
		if (err == nil) != (i == 0) {
			t.Errorf("join %d: %v", i, err)
		}
	}
	says(t, "one group twice", err, errInUse.Error())
	if _, err := joiner.id.NewGroup(X25519AES128, a.ID()); !errors.Is(err, errInUse) {
		t.Errorf("one group again: %v", err)
	}
}

// blankEnd adds a blank node to a tree.
func blankEnd(tree []byte) []byte {
	var nodes []byte
	in := stringOf(tree)
	readV(&in, &nodes)
	return addV(nil, append(bytes.Clone(nodes), 0))
}

// withoutParents blanks all parents.
func withoutParents(t *ratchetTree) {
	for x := 1; x < len(t.nodes); x += 2 {
		t.nodes[x] = node{}
	}
}

// A leaf signature in a tree without parents is not protected by parent hashes, and neither is the source.
func TestLeafSignatureAtJoin(t *testing.T) {
	r := newRoom(t, X25519AES128, 4)
	r.commit(r.members[0], nil, Remove(3))
	joiner := newParty(t, "joiner")
	bad := evilWelcome{tree: func(t *ratchetTree) {
		changeLeaf(t, 2, func(l *leafNode) { l.signature = bytes.Clone(l.signature); l.signature[0] ^= 1 })
	}}
	// Leaf 2 is below the copath of the signer, so its hash is in the parent hashes of the path.
	tree := bad.tree
	bad.tree = func(t *ratchetTree) {
		tree(t)
		withoutParents(t)
	}
	bad.secrets = func(s *groupSecrets) { s.pathSecret = nil }
	_, err := joiner.id.Join(bad.message(t, r.members[1], joiner.keyPackage(X25519AES128)), nil)
	says(t, "leaf signature", err, "the signature of a leaf does not verify")
}

// A tree may be given beside a Welcome.
func TestTreeOutside(t *testing.T) {
	r := newRoom(t, X25519AES128, 3)
	r.members[0].g.outside = true
	joiner := newParty(t, "joiner")
	commit, welcome, err := r.members[0].Commit(Add(joiner.keyPackage(X25519AES128)))
	if err != nil {
		t.Fatal(err)
	}
	wrong := r.members[0].Tree()
	r.follow(commit, nil, nil)
	if _, err := joiner.id.Join(welcome, nil); err == nil {
		t.Error("joined without a tree")
	}
	_, err = joiner.id.Join(welcome, wrong)
	says(t, "the tree before", err, "")
	if err == nil {
		t.Error("joined with another tree")
	}
	joiner.Group = must1[*Group](t)(joiner.id.Join(welcome, r.members[1].Tree()))
	r.members = append(r.members, joiner)
	r.agree()
	// And beside a GroupInfo.
	info := must1[[]byte](t)(r.members[0].GroupInfo())
	other := newParty(t, "other")
	if _, _, err := other.id.JoinExternal(info, nil); err == nil {
		t.Error("joined without a tree")
	}
	g, external, err := other.id.JoinExternal(info, r.members[1].Tree())
	if err != nil {
		t.Fatal(err)
	}
	r.follow(external, nil, nil)
	other.Group = g
	r.members = append(r.members, other)
	r.agree()
}

// Section 12.4.3.2: an external commit that breaks a rule.
func TestExternalCommitRules(t *testing.T) {
	r := newRoom(t, X25519AES128, 4)
	info := must1[[]byte](t)(r.members[0].GroupInfo())
	c := r.members[2]
	c.id.SetPSK([]byte("p"), []byte("p"))
	// external makes the commit of a client, with changes to the list before and to the content after.
	at := none // where the leaf of the next is, if the changed list moves it
	external := func(name string, list func(*commit), leaf func(*leafNode), kind uint8) []byte {
		t.Helper()
		id := NewIdentity(name)
		id.SetPSK([]byte("p"), []byte("p"))
		g, message, err := id.JoinExternal(info, nil, ExternalPSK([]byte("p")))
		if err != nil {
			t.Fatal(err)
		}
		m, _ := parseMessage(message)
		a := &m.public.authenticatedContent
		if list != nil {
			list(a.content.commit)
		}
		if leaf != nil {
			l := a.content.commit.path.leaf
			leaf(l)
			if at == none {
				at = g.g.self
			}
			l.sign(id.s.key, g.g.context.groupID, at)
			at = none
		}
		if kind != 0 {
			a.content.sender.kind = kind
		}
		a.sign(id.s.key, c.g.keys.context)
		return m.add(nil)
	}
	remove := func(leaf uint32) proposalOrRef {
		return proposalOrRef{proposal: &proposal{kind: proposalRemove, removed: leaf}}
	}
	add := func(p proposalOrRef) func(*commit) {
		return func(c *commit) { c.proposals = append(c.proposals, p) }
	}
	k, _ := Add(newParty(t, "k").keyPackage(X25519AES128)).make(c.g.group)
	for what, e := range map[string]struct {
		message []byte
		want    string
	}{
		"an add":            {external("eve", add(proposalOrRef{proposal: k.proposal}), nil, 0), "an external commit has a proposal of type 1"},
		"extensions":        {external("eve", add(proposalOrRef{proposal: &proposal{kind: proposalGroupContextExts}}), nil, 0), "an external commit has a proposal of type 7"},
		"a reinit":          {external("eve", add(proposalOrRef{proposal: &proposal{kind: proposalReInit}}), nil, 0), "an external commit has a proposal of type 5"},
		"no external_init":  {external("eve", func(c *commit) { c.proposals = c.proposals[1:] }, nil, 0), "expected one ExternalInit in an external commit, found 0"},
		"two":               {external("eve", func(c *commit) { c.proposals = append(c.proposals, c.proposals[0]) }, nil, 0), "expected one ExternalInit in an external commit, found 2"},
		"another's leaf":    {external("eve", add(remove(1)), func(*leafNode) { at = 1 }, 0), "removes another member than the one that joins"},
		"two removes":       {external("member 3", add(remove(1)), nil, 0), "removes two members"},
		"a blank leaf":      {external("eve", add(remove(9)), nil, 0), "leaf 9, which is to be removed, is blank"},
		"no remove":         {external("eve", nil, func(l *leafNode) { l.credential.identity = []byte("member 3") }, 0), `two members are "member 3"`},
		"no path":           {external("eve", func(c *commit) { c.path = nil }, nil, 0), "expected a commit with a path"},
		"source":            {external("eve", nil, func(l *leafNode) { l.source = sourceUpdate }, 0), "expected a leaf of source 3, found 2"},
		"key of a member":   {external("eve", nil, func(l *leafNode) { l.encryptionKey = c.g.tree.leaf(1).encryptionKey }, 0), errPathKey.Error()},
		"no name":           {external("eve", nil, func(l *leafNode) { l.credential.identity = nil }, 0), "a credential is refused"},
		"parent hash":       {external("eve", nil, func(l *leafNode) { l.parentHash = nil }, 0), errPathHash.Error()},
		"kem_output":        {external("eve", func(c *commit) { c.proposals[0].proposal.kemOutput[0] ^= 1 }, nil, 0), ErrFork.Error()},
		"psk":               {external("eve", func(c *commit) { c.proposals = c.proposals[:1] }, nil, 0), ErrFork.Error()},
		"as a new proposal": {external("eve", nil, nil, senderNewMemberProposal), "expected an Add from outside the group"},
		"a reference": {external("eve", func(x *commit) {
			m := must1[[]byte](t)(r.members[1].Propose(Remove(3)))
			c.opens(m)
			x.proposals = append(x.proposals, proposalOrRef{ref: c.g.proposals[0].ref})
		}, nil, 0), "an external commit refers to a proposal"},
	} {
		says(t, what, c.refuses(e.message), e.want)
	}
	valid := external("eve", nil, nil, 0)
	m, _ := parseMessage(valid)
	m.public.signature[0] ^= 1
	says(t, "signature", c.refuses(m.add(nil)), errAuth.Error())
	c.id.SetVerifier(func(Credential, []byte, time.Time) error { return errors.New("no") })
	says(t, "credential", c.refuses(valid), "a credential is refused: no")
	c.id.SetVerifier(AcceptBasic)

	// A GroupInfo without external_pub, and with one of small order.
	for _, e := range []struct {
		extensions []Extension
		want       string
	}{{nil, "has no external_pub"}, {[]Extension{{extensionExternalPub, addV(nil, make([]byte, 32))}}, "small order"}, {[]Extension{{extensionExternalPub, []byte{9}}}, "has no external_pub"}} {
		a := r.members[0].g
		w := mlsMessage{wire: wireGroupInfo, groupInfo: a.state.groupInfo(append(e.extensions, Extension{extensionRatchetTree, a.tree.add(nil)}))}
		_, _, err := NewIdentity("eve").JoinExternal(w.add(nil), nil)
		says(t, "external_pub", err, e.want)
	}
}

// Who is not a member proposes: a sender in external_senders, and one who wants to join.
func TestExternalProposals(t *testing.T) {
	service, eve := NewIdentity("service"), NewIdentity("eve")
	r := newRoom(t, X25519ChaCha20, 4, ExternalSenders(service))
	a := r.members[0]
	info := must1[[]byte](t)(a.GroupInfo())
	m := must1[[]byte](t)(service.ProposeExternal(info, 0, Remove(3)))
	for what, bad := range map[string][]byte{
		"eve":       must1[[]byte](t)(eve.ProposeExternal(info, 0, Remove(1))),
		"number 1":  must1[[]byte](t)(service.ProposeExternal(info, 1, Remove(1))),
		"flipped":   append(m[:len(m)-1:len(m)-1], m[len(m)-1]^1),
		"extension": must1[[]byte](t)(service.ProposeExternal(info, 0, GroupContextExtensions(Extension{2, nil}))),
	} {
		a.refuses(bad)
		_ = what
	}
	if _, err := service.ProposeExternal(info, 0, Update()); err == nil {
		t.Error("an Update from outside")
	}
	for _, kind := range []uint16{proposalUpdate, proposalExternalInit} {
		p := &sourced{proposal: &proposal{kind: kind, update: a.g.tree.leaf(0)}, sender: sender{kind: senderExternal}}
		says(t, "type", a.g.check(a.g.checks(), p), "comes from an external sender")
	}
	p := &sourced{proposal: &proposal{kind: proposalRemove}, sender: sender{kind: senderNewMemberProposal}}
	says(t, "type", a.g.check(a.g.checks(), p), "comes from outside the group")
	if n := len(a.g.proposals); n != 0 {
		t.Fatalf("%d proposals", n)
	}
	joiner := newParty(t, "joiner")
	j := must1[[]byte](t)(joiner.id.ProposeJoin(info))
	var asked *Received
	for _, x := range r.members {
		if got := x.opens(m); !got.External || got.Kind != Proposed || len(got.Removed) != 1 || got.Removed[0].Credential.Identity != "member 3" {
			t.Errorf("%+v", got)
		}
		asked = x.opens(j)
		if len(asked.Added) != 1 || asked.Added[0].Credential.Identity != "joiner" {
			t.Errorf("%+v", asked)
		}
		x.restart()
	}
	// An Add from outside is not committed by who commits something else, but the Remove is.
	committer := r.members[1]
	if list := committer.g.selected(); len(list) != 1 || list[0].kind != proposalRemove {
		t.Errorf("without being asked, a member commits %d proposals", len(list))
	}
	if err := committer.Approve([]byte("another")); err == nil {
		t.Error("a proposal that is not there is approved")
	}
	if err := committer.Approve(asked.Proposal); err != nil {
		t.Fatal(err)
	}
	committer.restart()
	got := r.commit(committer, []*party{joiner})
	if len(got.Added) != 1 || len(got.Removed) != 1 || len(r.members) != 4 {
		t.Errorf("%+v", got)
	}
	r.talk()
}

// Strangers who want to join fill the room for such, and no other.
func TestWaitingIsBounded(t *testing.T) {
	r := newRoom(t, X25519AES128, 2)
	a, b := r.members[0], r.members[1]
	info := must1[[]byte](t)(a.GroupInfo())
	for i := range MaxWaiting + 1 {
		p := must1[[]byte](t)(NewIdentity(fmt.Sprint("stranger ", i)).ProposeJoin(info))
		if i < MaxWaiting {
			a.opens(p)
		} else {
			says(t, "one too many", a.refuses(p), "which is the limit")
		}
	}
	must1[[]byte](t)(a.Seal(nil, nil)) // they do not ask for a commit
	a.opens(must1[[]byte](t)(b.Propose(Update())))
	if list := a.g.selected(); len(list) != 1 || list[0].kind != proposalUpdate {
		t.Errorf("%d proposals", len(list))
	}
	a.restart()
}

// A proposal that fits no list cannot stop the group: whoever commits next leaves it out.
func TestProposalsThatDoNotFit(t *testing.T) {
	r := newRoom(t, X25519AES128, 4)
	a, b := r.members[0], r.members[1]
	same := func(name string) []byte { // a KeyPackage with the signature key of a member
		id := NewIdentity(name)
		id.s.key = b.id.s.key
		return must1[[]byte](t)(id.KeyPackage(X25519AES128))
	}
	good := newParty(t, "good")
	var all [][]byte
	for _, p := range []Proposal{Add(same("bad")), Add(good.keyPackage(X25519AES128)), Add(newParty(t, "good").keyPackage(X25519AES128)),
		Add(newParty(t, "member 2").keyPackage(X25519AES128)), ExternalPSK([]byte("unknown to a")), Remove(0), Update(), Update(),
		GroupContextExtensions(RequiredCapabilities([]uint16{50}, nil, nil)), ReInit(1, nil)} {
		all = append(all, must1[[]byte](t)(b.Propose(p)))
	}
	for _, x := range r.members {
		if x != b {
			for _, m := range all {
				x.opens(m)
			}
		}
	}
	got := r.commit(a, []*party{good})
	if len(got.Added) != 1 || got.Added[0].Credential.Identity != "good" || len(got.Removed) != 0 || len(got.Updated) != 2 {
		t.Errorf("%+v", got)
	}
	r.talk()
}

// Sections 11.2 and 11.3.
func TestSubgroupRules(t *testing.T) {
	r := newRoom(t, X25519AES128, 3)
	a, b := r.members[0], r.members[1]
	other := newRoom(t, X25519AES128, 3)
	// A Welcome of an ordinary group is not a branch, and one of another group neither.
	_, welcome, err := a.Branch([]byte("branch"), b.keyPackage(X25519AES128))
	if err != nil {
		t.Fatal(err)
	}
	_, err = other.members[1].Join(welcome, nil)
	says(t, "another group", err, errNoKeyPackage.Error())
	ordinary := must1[*Group](t)(NewIdentity("x").NewGroup(X25519AES128, nil))
	_, plain, err := ordinary.Commit(Add(b.keyPackage(X25519AES128)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Join(plain, nil)
	says(t, "no branch", err, "the Welcome is not bound to this group")

	bound := func(usage uint8) pskID {
		return pskID{kind: pskResumption, usage: usage, groupID: a.ID(), epoch: a.Epoch()}
	}
	good := a.g.state
	st := func(change func(*state)) *state {
		s := *good
		s.context.epoch = 1
		s.context.groupID = []byte("new")
		if change != nil {
			change(&s)
		}
		return &s
	}
	for what, c := range map[string]struct {
		from *group
		st   *state
		psks []pskID
		want string
	}{
		"valid":        {a.g.group, st(nil), []pskID{bound(usageBranch)}, ""},
		"no group":     {nil, st(nil), []pskID{bound(usageBranch)}, "bound to another group: Join with that"},
		"two":          {a.g.group, st(nil), []pskID{bound(usageBranch), bound(usageReInit)}, "bound to two groups"},
		"epoch":        {a.g.group, st(func(s *state) { s.context.epoch = 2 }), []pskID{bound(usageBranch)}, "in epoch 1, found epoch 2"},
		"another":      {a.g.group, st(nil), []pskID{{kind: pskResumption, usage: usageBranch, groupID: []byte("y")}}, "bound to another group"},
		"suite":        {a.g.group, st(func(s *state) { s.suite = suites[3] }), []pskID{bound(usageBranch)}, "a branch has another suite"},
		"no reinit":    {a.g.group, st(nil), []pskID{bound(usageReInit)}, "that has not ended so"},
		"member":       {a.g.group, st(func(s *state) { s.tree = larger(s.tree) }), []pskID{bound(usageBranch)}, "is in the new group and not in the old"},
		"only a usual": {a.g.group, st(nil), []pskID{{kind: pskResumption, usage: usageApplication}}, "not bound to this group"},
	} {
		err := checkSubgroup(c.from, c.st, c.psks)
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", what, err)
		} else if c.want != "" {
			says(t, what, err, c.want)
		}
	}
	ended := *a.g.group
	ended.reInit = &reInit{[]byte("new"), 1, 1, nil}
	for what, c := range map[string]struct {
		change func(*state, *pskID)
		want   string
	}{
		"valid":      {func(*state, *pskID) {}, ""},
		"id":         {func(s *state, _ *pskID) { s.context.groupID = []byte("z") }, "not as the ReInit says"},
		"suite":      {func(s *state, _ *pskID) { s.suite = suites[3] }, "not as the ReInit says"},
		"extensions": {func(s *state, _ *pskID) { s.context.extensions = []Extension{{9, nil}} }, "not as the ReInit says"},
		"epoch":      {func(_ *state, p *pskID) { p.epoch-- }, "that has not ended so"},
		"fewer":      {func(s *state, _ *pskID) { s.tree = s.tree.clone(); s.tree.removeLeaf(2) }, "expected the 3 members of the old group, found 2"},
	} {
		p := bound(usageReInit)
		s := st(nil)
		c.change(s, &p)
		err := checkSubgroup(&ended, s, []pskID{p})
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", what, err)
		} else if c.want != "" {
			says(t, what, err, c.want)
		}
	}
}

// larger adds a stranger to a tree.
func larger(t *ratchetTree) *ratchetTree {
	t = t.clone()
	b, _ := NewIdentity("stranger").s.newBundle(X25519AES128)
	t.addLeaf(b.keyPackage.leaf)
	return t
}

// Certificates: an authority vouches for names, and its stolen key for any.
func TestCertificates(t *testing.T) {
	from := time.Now().Add(-time.Hour)
	until := from.Add(1000 * time.Hour)
	authority := NewAuthority("authority", from, until)
	verifier, err := AcceptCertificates(authority.Root())
	if err != nil {
		t.Fatal(err)
	}
	certified := func(a *Authority, name string) *party {
		p := newParty(t, name)
		p.id.SetVerifier(verifier)
		c, err := a.Certify(name, p.id.SignatureKey(), from, until)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.id.SetCredential(c); err != nil {
			t.Fatal(err)
		}
		return p
	}
	r := &room{t: t}
	a, b := certified(authority, "a"), certified(authority, "b")
	a.Group = must1[*Group](t)(a.id.NewGroup(X25519AES128, nil))
	r.members = []*party{a}
	r.commit(a, []*party{b}, Add(b.keyPackage(X25519AES128)))
	for _, m := range r.members {
		m.restart()
	}
	r.talk()
	// The identity is saved with its certificate.
	saved, _ := b.id.MarshalBinary()
	var again Identity
	if err := again.UnmarshalBinary(saved); err != nil || again.Credential().Identity != "b" || again.Credential().Type != X509 {
		t.Errorf("%v %v", again.Credential(), err)
	}

	refused := func(p *party) {
		t.Helper()
		if _, _, err := a.Commit(Add(p.keyPackage(X25519AES128))); err == nil {
			t.Error("accepted")
		}
	}
	refused(newParty(t, "basic"))
	verifier, _ = AcceptCertificates(NewAuthority("false", from, until).Root())
	imposter := newParty(t, "c")
	imposter.id.SetVerifier(func(Credential, []byte, time.Time) error { return nil })
	for _, c := range []Credential{
		must1[Credential](t)(NewAuthority("false", from, until).Certify("c", imposter.id.SignatureKey(), from, until)),
		must1[Credential](t)(authority.Certify("c", b.id.SignatureKey(), from, until)),
		must1[Credential](t)(authority.Certify("c", imposter.id.SignatureKey(), from, from.Add(time.Minute))),
		{X509, "c", [][]byte{{1, 2, 3}}},
		{X509, "c", nil},
	} {
		if err := imposter.id.SetCredential(c); err != nil {
			imposter.id.s.credential, _ = c.parse() // a chain without a name is refused here already
		}
		refused(imposter)
	}
	// The key of the authority, stolen, vouches for a false b.
	stolen, err := ParseAuthority(authority.Root(), authority.RecoveryKey())
	if err != nil {
		t.Fatal(err)
	}
	verifier, _ = AcceptCertificates(authority.Root())
	eve := certified(stolen, "b")
	info := must1[[]byte](t)(a.GroupInfo())
	_, commit, err := eve.id.JoinExternal(info, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.opens(commit); len(got.Updated) == 0 || got.Sender.Credential.Identity != "b" || bytes.Equal(got.Sender.SignatureKey, b.id.SignatureKey()) {
		t.Errorf("%+v", got)
	}
	if got := b.opens(commit); !got.Closed {
		t.Errorf("%+v", got)
	}
	other := make([]byte, 32)
	rand.Read(other)
	if _, err := ParseAuthority(authority.Root(), other); err == nil {
		t.Error("another key is taken for the authority's")
	}
	if _, err := ParseAuthority(authority.Root(), NewAuthority("x", from, until).RecoveryKey()); err == nil {
		t.Error("another key is taken for the authority's")
	}
}
