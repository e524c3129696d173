package mls

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// Each rule of RFC 9420 has a case here that nothing but that rule refuses: the message is made, signed and
// tagged by a member that breaks the rule on purpose. The error says which rule it was.

func says(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got the error %v, want %q", what, err, want)
	}
}

// A KeyPackage that breaks one rule of Sections 7.3 or 10.1 is refused by who is to commit it, by who
// receives a proposal of it, and by who receives a commit of it.
func TestKeyPackageRules(t *testing.T) {
	zero := make([]byte, 32)
	type kp struct {
		*bundle
		resign func()
	}
	for what, c := range map[string]struct {
		change func(k kp)
		want   string
	}{
		"valid":        {func(kp) {}, ""},
		"version":      {func(k kp) { k.keyPackage.version = 2; k.resign() }, "expected a KeyPackage of version 1"},
		"suite":        {func(k kp) { k.keyPackage.suite = 3; k.resign() }, "and suite 3"},
		"source":       {func(k kp) { k.keyPackage.leaf.source = sourceUpdate; k.resign() }, "expected a leaf of source 1, found 2"},
		"signature":    {func(k kp) { k.keyPackage.signature[0] ^= 1 }, "signature of a KeyPackage"},
		"leaf's":       {func(k kp) { k.keyPackage.leaf.signature[0] ^= 1; k.keyPackage.leaf.raw = nil; k.keyPackage.sign(k.key) }, "signature of a leaf"},
		"init key":     {func(k kp) { k.keyPackage.initKey = k.leaf.public; k.resign() }, "init key of a KeyPackage is"},
		"high bit":     {func(k kp) { k.keyPackage.initKey = highBit(k.leaf.public); k.resign() }, "init key of a KeyPackage is"},
		"init zero":    {func(k kp) { k.keyPackage.initKey = zero; k.resign() }, "small order"},
		"leaf zero":    {func(k kp) { k.keyPackage.leaf.encryptionKey = zero; k.resign() }, "small order"},
		"short":        {func(k kp) { k.keyPackage.leaf.encryptionKey = zero[:31]; k.resign() }, errKEMKey.Error()},
		"key size":     {func(k kp) { k.keyPackage.leaf.signatureKey = zero[:31]; k.resign() }, "expected a signature key of 32 bytes"},
		"extension":    {func(k kp) { k.keyPackage.leaf.extensions = []Extension{{77, nil}}; k.resign() }, "its capabilities do not list it"},
		"listed":       {func(k kp) { k.keyPackage.leaf.extensions = []Extension{{1, nil}}; k.resign() }, ""},
		"twice":        {func(k kp) { k.keyPackage.leaf.extensions = []Extension{{1, nil}, {1, nil}}; k.resign() }, "two extensions of type 1"},
		"twice above":  {func(k kp) { k.keyPackage.extensions = []Extension{{9, nil}, {9, nil}}; k.resign() }, "two extensions of type 9"},
		"unknown":      {func(k kp) { k.keyPackage.extensions = []Extension{{9, nil}}; k.resign() }, ""},
		"credentials":  {func(k kp) { k.keyPackage.leaf.capabilities.credentials = []uint16{2}; k.resign() }, "does not support the credential 1 of another"},
		"credential":   {func(k kp) { k.keyPackage.leaf.credential.identity = nil; k.resign() }, "expected a basic credential with a name"},
		"x509":         {func(k kp) { k.keyPackage.leaf.credential = credential{kind: 2}; k.resign() }, "expected a basic credential with a name"},
		"lives long":   {func(k kp) { k.keyPackage.leaf.notAfter = k.keyPackage.leaf.notBefore + 101*86400; k.resign() }, "lives for at most 100 days"},
		"for ever":     {func(k kp) { k.keyPackage.leaf.notBefore, k.keyPackage.leaf.notAfter = 0, math.MaxUint64; k.resign() }, "lives for at most 100 days"},
		"backwards":    {func(k kp) { k.keyPackage.leaf.notBefore, k.keyPackage.leaf.notAfter = 2, 1; k.resign() }, "lives for at most 100 days"},
		"over":         {func(k kp) { k.keyPackage.leaf.notBefore, k.keyPackage.leaf.notAfter = 1, 2; k.resign() }, "lives from 1 to 2, and now is"},
		"to come":      {func(k kp) { k.keyPackage.leaf.notBefore, k.keyPackage.leaf.notAfter = 1<<40, 1<<40+1; k.resign() }, "and now is"},
		"same client":  {func(k kp) { k.keyPackage.leaf.credential.identity = []byte("member 1"); k.resign() }, `two members are "member 1"`},
		"required":     {func(k kp) { k.keyPackage.leaf.capabilities.proposals = nil; k.resign() }, "does not support the proposal 99"},
		"required too": {func(k kp) { k.keyPackage.leaf.capabilities.extensions = nil; k.resign() }, "does not support the extension 98"},
	} {
		// The members support what the group requires, and so does a valid KeyPackage here.
		r := &room{t: t}
		first := newParty(t, "member 0")
		more := func(id *Identity) *Identity {
			id.s.supports.extensions, id.s.supports.proposals = []uint16{98}, []uint16{99}
			return id
		}
		more(first.id)
		first.Group = must1[*Group](t)(first.id.NewGroup(X25519AES128, nil, RequiredCapabilities([]uint16{98}, []uint16{99}, []CredentialType{Basic})))
		r.members = []*party{first}
		second := newParty(t, "member 1")
		more(second.id)
		r.commit(first, []*party{second}, Add(second.keyPackage(X25519AES128)))
		b, err := more(NewIdentity("new")).s.newBundle(X25519AES128)
		if err != nil {
			t.Fatal(err)
		}
		c.change(kp{b, func() {
			b.keyPackage.leaf.sign(b.key, nil, 0)
			b.keyPackage.sign(b.key)
		}})
		m := mlsMessage{wire: wireKeyPackage, keyPackage: b.keyPackage}
		if what == "version" { // the MLSMessage around it would be malformed
			_, err = first.g.commitList2(&sourced{proposal: &proposal{kind: proposalAdd, add: b.keyPackage}})
		} else {
			_, _, err = first.Commit(Add(m.add(nil)))
		}
		first.Discard()
		evil := evilCommit{t: t, p: first, list: []sourced{{proposal: &proposal{kind: proposalAdd, add: b.keyPackage}}}}
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			second.opens(evil.message())
			continue
		}
		says(t, what, err, c.want)
		says(t, what+", followed", second.refuses(evil.message()), c.want)
	}
}

// commitList2 is commit of one proposal that is not read from bytes.
func (g *group) commitList2(p *sourced) ([]byte, error) {
	p.sender = sender{senderMember, g.self}
	m, _, err := g.commitList(true, []sourced{*p}, g.psks)
	return m, err
}

// highBit is another encoding of an X25519 key.
func highBit(key []byte) []byte {
	k := bytes.Clone(key)
	k[31] ^= 0x80
	return k
}

// Who adds is stricter with the clock than who follows.
func TestLifetimeSkew(t *testing.T) {
	r := newRoom(t, X25519AES128, 2)
	now := time.Now()
	for _, c := range []struct {
		at             time.Duration
		adds, followed bool
	}{
		{Lifetime - time.Hour, true, true}, {Lifetime + time.Hour, false, true}, {Lifetime + ClockSkew + time.Hour, false, false},
		{-ClockSkew + time.Hour, true, true}, {-ClockSkew - time.Hour, false, true}, {-2*ClockSkew - time.Hour, false, false},
	} {
		id := NewIdentity("new")
		id.SetClock(func() time.Time { return now })
		k := must1[[]byte](t)(id.KeyPackage(X25519AES128))
		for _, m := range r.members {
			m.id.SetClock(func() time.Time { return now.Add(c.at) })
		}
		_, _, err := r.members[0].Commit(Add(k))
		r.members[0].Discard()
		if (err == nil) != c.adds {
			t.Errorf("at %v: to add: %v", c.at, err)
		}
		parsed, _ := parseKeyPackage(k)
		err = r.members[1].g.check(r.members[1].g.checks(), &sourced{proposal: &proposal{kind: proposalAdd, add: parsed}, sender: sender{senderMember, 0}})
		if (err == nil) != c.followed {
			t.Errorf("at %v: to follow: %v", c.at, err)
		}
	}
}

// evilCommit makes a commit as commitList does, without its checks, and with changes in between.
type evilCommit struct {
	t        *testing.T
	p        *party
	list     []sourced
	noPath   bool
	tree     func(*change)
	leaf     func(*leafNode) // before it is signed
	path     func(*newPath)  // after the ciphertexts are made
	content  func(*authenticatedContent)
	signer   ed25519.PrivateKey
	tag      func([]byte) []byte
	sender   *sender
	noApply  bool
	asPublic bool
}

func (e *evilCommit) message() []byte {
	e.t.Helper()
	g := e.p.g.group
	s := g.state
	ch := &change{tree: s.tree.clone(), extensions: s.context.extensions, skip: map[uint32]bool{}, rejoins: none}
	for i := range e.list {
		if e.list[i].sender.kind == 0 {
			e.list[i].sender = sender{senderMember, s.self}
		}
		switch p := &e.list[i]; p.kind {
		case proposalAdd:
			if !e.noApply {
				leaf := ch.tree.addLeaf(p.add.leaf)
				ch.added = append(ch.added, addedMember{leaf, p.add})
				ch.skip[leaf] = true
			}
		case proposalRemove:
			if !e.noApply {
				ch.tree.removeLeaf(p.removed)
			}
		case proposalUpdate:
			if !e.noApply && p.sender.index != s.self {
				ch.tree.updateLeaf(p.sender.index, p.update)
			}
		case proposalGroupContextExts:
			ch.extensions = p.extensions
		case proposalPSK:
			ch.psks = append(ch.psks, p.psk)
		}
	}
	if e.tree != nil {
		e.tree(ch)
	}
	a := g.content(contentCommit)
	if e.asPublic {
		a.wire = wirePublic
	}
	if e.sender != nil {
		a.content.sender = *e.sender
	}
	a.content.commit = &commit{}
	for i := range e.list {
		p := proposalOrRef{proposal: e.list[i].proposal}
		if e.list[i].ref != nil {
			p = proposalOrRef{ref: e.list[i].ref}
		}
		a.content.commit.proposals = append(a.content.commit.proposals, p)
	}
	provisional := s.provisional(ch)
	var commitSecret secret
	if !e.noPath {
		id := g.id.lock()
		leaf := id.newLeaf()
		g.id.mu.Unlock()
		if e.leaf != nil {
			e.leaf(leaf)
		}
		path := ch.tree.newPath(s.suite, s.self, leaf, s.signer, s.context.groupID)
		provisional = s.provisional(ch)
		if err := path.encrypt(ch.tree, s.suite, provisional.add(nil), ch.skip); err != nil {
			for n := range path.update.nodes { // to a key of small order
				path.update.nodes[n].secrets = make([]hpkeCiphertext, len(ch.tree.resolution(nil, path.path[n].copath, ch.skip)))
			}
		}
		if e.path != nil {
			e.path(path)
		}
		a.content.commit.path = path.update
		commitSecret = path.commit
	}
	if e.content != nil {
		e.content(a)
	}
	signer := s.signer
	if e.signer != nil {
		signer = e.signer
	}
	a.sign(signer, s.context.add(nil))
	psk, err := g.psks(ch.psks)
	if err != nil {
		psk = secret{}
	}
	n := s.next(ch, provisional, a, s.secrets.init, commitSecret, psk)
	a.confirmationTag = n.tag
	if e.tag != nil {
		a.confirmationTag = e.tag(n.tag)
	}
	m, err := g.protect(a)
	if err != nil {
		e.t.Fatal(err)
	}
	return m
}

// evilProposal makes a message of a member with a proposal, without checks.
func evilProposal(t *testing.T, p *party, q *proposal) []byte {
	t.Helper()
	g := p.g.group
	a := g.content(contentProposal)
	a.content.proposal = q
	a.sign(g.signer, g.keys.context)
	return must1[[]byte](t)(g.protect(a))
}

// evilUpdate returns an Update of a member with one change, signed anew.
func evilUpdate(p *party, change func(*leafNode)) *proposal {
	made, _ := Update().make(p.g.group)
	change(made.update)
	made.update.sign(p.id.s.key, p.g.context.groupID, p.g.self)
	return made.proposal
}

// Section 12.1: a proposal that breaks a rule by itself, alone and in a commit.
func TestProposalRules(t *testing.T) {
	r := newRoom(t, X25519AES128, 5)
	r.commit(r.members[0], nil, Remove(3))
	a, b := r.members[0], r.members[1]
	other, _ := newPSK(b, pskID{kind: pskExternal, id: []byte("x")})
	for what, c := range map[string]struct {
		p    *proposal
		want string
	}{
		"remove of a blank leaf": {&proposal{kind: proposalRemove, removed: 3}, "leaf 3, which is to be removed, is blank"},
		"remove beyond the tree": {&proposal{kind: proposalRemove, removed: 1 << 20}, "is blank"},
		"short nonce":            {&proposal{kind: proposalPSK, psk: pskID{kind: pskExternal, id: []byte("x"), nonce: make([]byte, 31)}}, "psk_nonce of 32 bytes, found 31"},
		"psk of a branch":        {&proposal{kind: proposalPSK, psk: pskID{kind: pskResumption, usage: usageBranch, nonce: other.nonce}}, "proposed in an ordinary commit"},
		"psk of a reinit":        {&proposal{kind: proposalPSK, psk: pskID{kind: pskResumption, usage: usageReInit, nonce: other.nonce}}, "proposed in an ordinary commit"},
		"reinit to version 0":    {&proposal{kind: proposalReInit, reInit: reInit{groupID: []byte{1}, version: 0, suite: 1}}, "goes back to version 0"},
		"external_init":          {&proposal{kind: proposalExternalInit, kemOutput: make([]byte, 32)}, "ExternalInit comes from a member"},
		"two extensions":         {&proposal{kind: proposalGroupContextExts, extensions: []Extension{{7, nil}, {7, nil}}}, "two extensions of type 7"},
		"malformed requirements": {&proposal{kind: proposalGroupContextExts, extensions: []Extension{{3, []byte{9}}}}, "required_capabilities is malformed"},
		"malformed senders":      {&proposal{kind: proposalGroupContextExts, extensions: []Extension{{5, []byte{9}}}}, "external_senders is malformed"},
		"a tree in the context":  {&proposal{kind: proposalGroupContextExts, extensions: []Extension{{2, nil}}}, "does not belong in a GroupContext"},
		"update: encryption key": {evilUpdate(b, func(l *leafNode) { l.encryptionKey = b.g.tree.leaf(1).encryptionKey }), "has the encryption key of the old"},
		"update: its high bit":   {evilUpdate(b, func(l *leafNode) { l.encryptionKey = highBit(b.g.tree.leaf(1).encryptionKey) }), "has the encryption key of the old"},
		"update: source":         {evilUpdate(b, func(l *leafNode) { l.source = sourceKeyPackage }), "expected a leaf of source 2, found 1"},
		"update: another name":   {evilUpdate(b, func(l *leafNode) { l.credential.identity = []byte("other") }), `expected that "member 1" stays the same`},
		"update: another's leaf": {evilUpdate(a, func(*leafNode) {}), "signature of a leaf"},
		"update: small order":    {evilUpdate(b, func(l *leafNode) { l.encryptionKey = append(make([]byte, 31), 0x80) }), "small order"},
	} {
		if r.members[2].g.self != 2 {
			t.Fatal("the room has changed")
		}
		says(t, what, r.members[2].refuses(evilProposal(t, b, c.p)), c.want)
		if c.p.kind != proposalUpdate {
			e := evilCommit{t: t, p: b, list: []sourced{{proposal: c.p}}, noApply: true}
			says(t, what+", in a commit", r.members[2].refuses(e.message()), c.want)
		}
	}
}

func newPSK(p *party, id pskID) (pskID, error) {
	made, err := psk(id).make(p.g.group)
	return made.psk, err
}

// Section 12.2: lists of proposals that are valid one by one, and not together.
func TestListRules(t *testing.T) {
	r := newRoom(t, X25519AES128, 4)
	for _, m := range r.members {
		m.id.SetPSK([]byte("x"), []byte("psk"))
	}
	a, b, c := r.members[0], r.members[1], r.members[2]
	add := func(name string) *proposal {
		made, err := Add(newParty(t, name).keyPackage(X25519AES128)).make(a.g.group)
		if err != nil {
			t.Fatal(err)
		}
		return made.proposal
	}
	x, _ := newPSK(a, pskID{kind: pskExternal, id: []byte("x")})
	x2, _ := newPSK(a, pskID{kind: pskExternal, id: []byte("x")})
	y, _ := newPSK(a, pskID{kind: pskExternal, id: []byte("y")})
	z, _ := newPSK(a, pskID{kind: pskResumption, usage: usageApplication, groupID: a.ID(), epoch: 99})
	reinit := &proposal{kind: proposalReInit, reInit: reInit{groupID: []byte{1}, version: 1, suite: 1}}
	empty := &proposal{kind: proposalGroupContextExts}
	unsupported := &proposal{kind: proposalGroupContextExts, extensions: []Extension{{77, nil}}}
	required := &proposal{kind: proposalGroupContextExts, extensions: []Extension{RequiredCapabilities([]uint16{76}, nil, nil)}}
	update := evilUpdate(a, func(*leafNode) {})
	sameKeyAs := func(change func(b *bundle)) *proposal {
		k, _ := NewIdentity("thief of a key").s.newBundle(X25519AES128)
		change(k)
		k.keyPackage.leaf.sign(k.key, nil, 0)
		k.keyPackage.sign(k.key)
		return &proposal{kind: proposalAdd, add: k.keyPackage}
	}
	for what, l := range map[string]struct {
		list   []*proposal
		noPath bool
		want   string
	}{
		"remove of the committer":    {[]*proposal{{kind: proposalRemove, removed: 0}}, false, "updates or removes its own sender"},
		"update of the committer":    {[]*proposal{update}, false, "updates or removes its own sender"},
		"two removes":                {[]*proposal{{kind: proposalRemove, removed: 1}, {kind: proposalRemove, removed: 1}}, false, "two proposals update or remove leaf 1"},
		"two adds":                   {[]*proposal{add("new"), add("new")}, false, `two members are "new"`},
		"add of a member":            {[]*proposal{add("member 3")}, false, `two members are "member 3"`},
		"one psk twice":              {[]*proposal{{kind: proposalPSK, psk: x}, {kind: proposalPSK, psk: x2}}, false, "two proposals are of one PSK"},
		"an unknown psk":             {[]*proposal{{kind: proposalPSK, psk: y}}, false, `the PSK "y" is not known`},
		"an unknown resumption psk":  {[]*proposal{{kind: proposalPSK, psk: z}}, false, "the resumption PSK of epoch 99"},
		"two extensions":             {[]*proposal{empty, empty}, false, "two proposals set the extensions"},
		"reinit and another":         {[]*proposal{reinit, {kind: proposalPSK, psk: x}}, false, "a ReInit is not alone"},
		"two reinits":                {[]*proposal{reinit, reinit}, false, "a ReInit is not alone"},
		"an extension none supports": {[]*proposal{unsupported}, false, "does not support the extension 77"},
		"a requirement none meets":   {[]*proposal{required}, false, "does not support the extension 76"},
		"no path for a remove":       {[]*proposal{{kind: proposalRemove, removed: 1}}, true, "has no path, and its proposals need one"},
		"no path for extensions":     {[]*proposal{empty}, true, "has no path, and its proposals need one"},
		"no path for nothing":        {nil, true, "has no path, and its proposals need one"},
		"signature key of a member":  {[]*proposal{sameKeyAs(func(k *bundle) { k.key = b.id.s.key; k.keyPackage.leaf.signatureKey = b.id.SignatureKey() })}, false, "two members have one signature key"},
		"encryption key of a member": {[]*proposal{sameKeyAs(func(k *bundle) { k.keyPackage.leaf.encryptionKey = b.g.tree.leaf(1).encryptionKey })}, false, "two nodes of the tree have one encryption key"},
		"the same, by its high bit":  {[]*proposal{sameKeyAs(func(k *bundle) { k.keyPackage.leaf.encryptionKey = highBit(b.g.tree.leaf(1).encryptionKey) })}, false, "two nodes of the tree have one encryption key"},
	} {
		e := evilCommit{t: t, p: a, noPath: l.noPath}
		for _, p := range l.list {
			e.list = append(e.list, sourced{proposal: p})
		}
		e.noApply = strings.Contains(what, "remove") || strings.Contains(what, "update")
		says(t, what, c.refuses(e.message()), l.want)
	}
	r.commit(r.members[3], nil) // so that node 3, the root, is not blank
	parents := evilCommit{t: t, p: a, list: []sourced{{proposal: sameKeyAs(func(k *bundle) {
		k.keyPackage.leaf.encryptionKey = b.g.tree.nodes[5].encryptionKey()
	})}}}
	says(t, "encryption key of a parent", c.refuses(parents.message()), "two nodes of the tree have one encryption key")
	// By reference: an Update and a Remove of one leaf, and a reference to what was not sent.
	refB := must1[[]byte](t)(b.Propose(Update()))
	remove := must1[[]byte](t)(a.Propose(Remove(1)))
	for _, m := range []*party{a, c, r.members[3]} {
		m.opens(refB)
	}
	for _, m := range []*party{b, c, r.members[3]} {
		m.opens(remove)
	}
	e := evilCommit{t: t, p: a, noApply: true}
	for _, p := range a.g.proposals {
		e.list = append(e.list, *p)
	}
	says(t, "update and remove", c.refuses(e.message()), "two proposals update or remove leaf 1")
	e = evilCommit{t: t, p: a, list: []sourced{{proposal: &proposal{kind: proposalPSK}, ref: make([]byte, 32)}}, noApply: true}
	says(t, "unknown reference", c.refuses(e.message()), "refers to a proposal that is missing")
	// An honest committer resolves it.
	got := r.commit(a, nil)
	if len(got.Removed) != 1 || got.Removed[0].Leaf != 1 {
		t.Errorf("%+v", got)
	}
}

// Section 12.4.2: commits whose path or tag is wrong.
func TestCommitRules(t *testing.T) {
	r := newRoom(t, X25519AES128, 6)
	r.commit(r.members[2], nil)
	r.commit(r.members[5], nil)
	a, c := r.members[0], r.members[4]
	nodeOf := func(p *newPath, i int) *updatePathNode { return &p.update.nodes[i] }
	stolen := func(key func() []byte) func(*newPath) {
		return func(p *newPath) { nodeOf(p, 0).encryptionKey = key() }
	}
	for what, e := range map[string]struct {
		evilCommit
		want string
	}{
		"valid":                        {evilCommit{}, ""},
		"another name":                 {evilCommit{leaf: func(l *leafNode) { l.credential.identity = []byte("other") }}, `expected that "member 0" stays the same`},
		"leaf signature":               {evilCommit{path: func(p *newPath) { p.update.leaf.signature[0] ^= 1; p.update.leaf.raw = nil }}, "signature of a leaf"},
		"leaf source":                  {evilCommit{path: resign(a, func(l *leafNode) { l.source = sourceUpdate })}, "expected a leaf of source 3, found 2"},
		"old encryption key":           {evilCommit{path: resign(a, func(l *leafNode) { l.encryptionKey = a.g.tree.leaf(0).encryptionKey })}, "has the encryption key of the old"},
		"key of another leaf":          {evilCommit{path: resign(a, func(l *leafNode) { l.encryptionKey = a.g.tree.leaf(3).encryptionKey })}, errPathKey.Error()},
		"small order":                  {evilCommit{path: resign(a, func(l *leafNode) { l.encryptionKey = make([]byte, 32) })}, "small order"},
		"parent hash":                  {evilCommit{path: resign(a, func(l *leafNode) { l.parentHash = make([]byte, 32) })}, errPathHash.Error()},
		"node with a leaf's key":       {evilCommit{path: stolen(func() []byte { return a.g.tree.leaf(3).encryptionKey })}, errPathKey.Error()},
		"node with a node's key":       {evilCommit{path: stolen(func() []byte { return a.g.tree.nodes[7].encryptionKey() })}, errPathKey.Error()},
		"two nodes with one key":       {evilCommit{path: stolen(func() []byte { return nil })}, errPathKey.Error()},
		"node of small order":          {evilCommit{path: stolen(func() []byte { return make([]byte, 32) })}, "small order"},
		"a node more":                  {evilCommit{path: func(p *newPath) { p.update.nodes = append(p.update.nodes, p.update.nodes[0]) }}, errPathLength.Error()},
		"a node less":                  {evilCommit{path: func(p *newPath) { p.update.nodes = p.update.nodes[1:] }}, errPathLength.Error()},
		"a ciphertext more":            {evilCommit{path: func(p *newPath) { n := nodeOf(p, 1); n.secrets = append(n.secrets, n.secrets[0]) }}, errPathLength.Error()},
		"a ciphertext less":            {evilCommit{path: func(p *newPath) { n := nodeOf(p, 1); n.secrets = n.secrets[1:] }}, errPathLength.Error()},
		"a ciphertext":                 {evilCommit{path: func(p *newPath) { flipSecrets(p) }}, ErrFork.Error()},
		"a path secret":                {evilCommit{path: func(p *newPath) { otherSecrets(a, p) }}, errPathSecret.Error()},
		"signature":                    {evilCommit{signer: r.members[1].id.s.key}, errAuth.Error()},
		"tag":                          {evilCommit{tag: func(t []byte) []byte { t[0] ^= 1; return t }}, ErrFork.Error()},
		"no tag":                       {evilCommit{tag: func([]byte) []byte { return nil }}, ErrFork.Error()},
		"half a tag":                   {evilCommit{tag: func(t []byte) []byte { return t[:16] }}, ErrFork.Error()},
		"no path, with a wrong tag":    {evilCommit{noPath: true, list: []sourced{psk2(t, a)}, tag: func(t []byte) []byte { t[31] ^= 1; return t }}, ErrFork.Error()},
		"commit of an external sender": {evilCommit{asPublic: true, sender: &sender{senderExternal, 0}}, "external senders, found number 0"},
		"commit of a new member":       {evilCommit{asPublic: true, sender: &sender{kind: senderNewMemberCommit}}, "expected one ExternalInit in an external commit, found 0"},
		"proposal of a new member":     {evilCommit{asPublic: true, sender: &sender{kind: senderNewMemberProposal}}, "expected an Add from outside the group"},
	} {
		e.t, e.p = t, a
		if what == "two nodes with one key" {
			e.path = func(p *newPath) { nodeOf(p, 0).encryptionKey = nodeOf(p, 1).encryptionKey }
		}
		if what == "valid" {
			continue
		}
		says(t, what, c.refuses(e.message()), e.want)
	}
	// The committer itself was not moved by what it has made, and a valid commit still passes.
	e := evilCommit{t: t, p: a}
	c.opens(e.message())
	if c.Epoch() != a.Epoch()+1 {
		t.Error("the valid commit was not followed")
	}
}

func psk2(t *testing.T, p *party) sourced {
	for _, m := range []*party{p} {
		m.id.SetPSK([]byte("p"), []byte("p"))
	}
	made, err := ResumptionPSK(p.Epoch()).make(p.g.group)
	if err != nil {
		t.Fatal(err)
	}
	return *made
}

// resign changes the leaf of a path and signs it again.
func resign(p *party, change func(*leafNode)) func(*newPath) {
	return func(n *newPath) {
		change(n.update.leaf)
		n.update.leaf.sign(p.g.signer, p.g.context.groupID, p.g.self)
	}
}

func flipSecrets(p *newPath) {
	for n := range p.update.nodes {
		for i := range p.update.nodes[n].secrets {
			p.update.nodes[n].secrets[i].ciphertext[0] ^= 1
		}
	}
}

// otherSecrets encrypts path secrets that are not those of the public keys.
func otherSecrets(a *party, p *newPath) {
	s := a.g.state
	tree := s.tree.clone()
	tree.mergeKeys(s.self, p.path, keysOf(p))
	tree.set(2*s.self, node{leaf: p.update.leaf})
	context := s.provisional(&change{tree: tree, extensions: s.context.extensions})
	for i := range p.secrets {
		p.secrets[i][0] ^= 1
	}
	must(p.encrypt(tree, s.suite, context.add(nil), nil))
}

func keysOf(p *newPath) (keys [][]byte) {
	for _, n := range p.update.nodes {
		keys = append(keys, n.encryptionKey)
	}
	return keys
}

// Section 6: what frames a message.
func TestFramingRules(t *testing.T) {
	r := newRoom(t, X25519AES128, 3)
	r.commit(r.members[0], nil, Remove(2))
	third := newParty(t, "third")
	r.commit(r.members[0], []*party{third}, Add(third.keyPackage(X25519AES128)))
	r.commit(r.members[0], nil, Remove(2)) // leaf 2 is blank, in a tree of 4 or less
	another := newParty(t, "another")
	r.commit(r.members[0], []*party{another}, Add(another.keyPackage(X25519AES128)))
	a, b := r.members[0], r.members[1]
	g := a.g.group
	text := func() *authenticatedContent {
		c := g.content(contentApplication)
		c.content.application = []byte("text")
		return c
	}
	private := func(a *authenticatedContent) []byte { return must1[[]byte](t)(g.protect(a)) }

	// An application message in clear.
	c := text()
	c.wire = wirePublic
	c.sign(g.signer, g.keys.context)
	says(t, "in clear", b.refuses(g.keys.protectPublic(c)), "an application message is not encrypted")
	// The tag is checked before the signature, and each is needed.
	p := g.content(contentProposal)
	p.wire = wirePublic
	p.content.proposal = &proposal{kind: proposalRemove, removed: 1}
	p.sign(b.id.s.key, g.keys.context)
	says(t, "signature of a public message", b.refuses(g.keys.protectPublic(p)), errAuth.Error())
	p.sign(g.signer, g.keys.context)
	m, _ := parseMessage(g.keys.protectPublic(p))
	for _, tag := range [][]byte{nil, m.public.membershipTag[:31], append(m.public.membershipTag[:31:31], 0)} {
		bad := *m.public
		bad.membershipTag = tag
		w := mlsMessage{wire: wirePublic, public: &bad}
		says(t, "membership tag", b.refuses(w.add(nil)), errAuth.Error())
	}
	// A private message: signature, another's name, a blank leaf, padding.
	c = text()
	c.sign(b.id.s.key, g.keys.context)
	says(t, "signature", b.refuses(private(c)), errAuth.Error())
	c = text()
	c.content.sender.index = 1
	c.sign(g.signer, g.keys.context)
	says(t, "another's name", another.refuses(private(c)), errAuth.Error())
	for _, leaf := range []uint32{3, 1 << 30} {
		says(t, "blank leaf", b.refuses(forgeSender(g, leaf)), errAuth.Error())
	}
	c = text()
	c.sign(g.signer, g.keys.context)
	says(t, "padding", b.refuses(badPadding(g, c)), errMalformed.Error())
	// What is not of the group.
	says(t, "KeyPackage", b.refuses(a.keyPackage(X25519AES128)), "expected a message to the group")
	other := must1[*Group](t)(NewIdentity("x").NewGroup(X25519AES128, nil))
	says(t, "another group", b.refuses(must1[[]byte](t)(other.Seal(nil, nil))), "expected a message of group")
	says(t, "too long", b.refuses(make([]byte, MaxMessage+1)), "expected a message of at most")
	// A valid one, at last.
	c = text()
	c.sign(g.signer, g.keys.context)
	b.opens(private(c))
}

// forgeSender makes a message whose sender data names a leaf.
func forgeSender(g *group, leaf uint32) []byte {
	p := &privateMessage{groupID: g.keys.groupID, epoch: g.keys.epoch, kind: contentApplication, ciphertext: make([]byte, 64)}
	key, nonce := g.keys.senderDataKey(p.ciphertext)
	data := senderData{leaf: leaf}
	p.senderData = g.suite.newAEAD(key).Seal(nil, nonce, data.add(nil), p.senderDataAAD(nil))
	m := mlsMessage{wire: wirePrivate, private: p}
	return m.add(nil)
}

// badPadding makes a message whose padding ends with a one.
func badPadding(g *group, a *authenticatedContent) []byte {
	n := uint32(0)
	if c := g.keys.secrets.senders[g.self]; c != nil {
		n = c[application].next
	}
	u, err := g.keys.secrets.key(g.self, application, n, 10)
	must(err)
	plain := append(a.addAuth(a.content.addBody(nil)), 0, 0, 1)
	p := &privateMessage{groupID: g.keys.groupID, epoch: g.keys.epoch, kind: contentApplication}
	data := senderData{leaf: g.self, generation: n}
	p.ciphertext = g.suite.newAEAD(u.messageKey.key).Seal(nil, guard(u.nonce, data.reuseGuard), plain, p.contentAAD(nil))
	key, nonce := g.keys.senderDataKey(p.ciphertext)
	p.senderData = g.suite.newAEAD(key).Seal(nil, nonce, data.add(nil), p.senderDataAAD(nil))
	m := mlsMessage{wire: wirePrivate, private: p}
	return m.add(nil)
}

// A commit or message of another epoch says what to do.
func TestEpochs(t *testing.T) {
	r := newRoom(t, X25519AES128, 3)
	a, b, c := r.members[0], r.members[1], r.members[2]
	first, _, err := a.Commit()
	if err != nil {
		t.Fatal(err)
	}
	rival, _, err := b.Commit()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Commit(); err == nil {
		t.Error("a second commit of one member")
	}
	if a.Epoch() != 1 || b.Epoch() != 1 {
		t.Error("to make a commit moves the group")
	}
	late := must1[[]byte](t)(c.Seal([]byte("sent before"), nil))
	a.restart() // with the commit pending
	for _, m := range r.members {
		m.opens(first)
	}
	r.agree()
	for _, m := range r.members {
		if err := m.refuses(rival); !errors.Is(err, ErrPast) {
			t.Errorf("the commit that lost: %v", err)
		}
		if err := m.refuses(first); !errors.Is(err, ErrPast) {
			t.Errorf("the commit again: %v", err)
		}
	}
	if b.g.pending != nil {
		t.Error("the commit that lost is still pending")
	}
	if got := a.opens(late); string(got.Text) != "sent before" || got.Epoch != 1 || got.Sender.Credential.Identity != "member 2" {
		t.Errorf("%+v", got)
	}
	second, _, _ := b.Commit()
	b.opens(second)
	third, _, _ := b.Commit()
	b.opens(third)
	if err := a.refuses(third); !errors.Is(err, ErrMissing) {
		t.Errorf("a commit too early: %v", err)
	}
	if err := a.refuses(must1[[]byte](t)(b.Seal(nil, nil))); !errors.Is(err, ErrMissing) {
		t.Errorf("a message too early: %v", err)
	}
	for _, m := range [][]byte{second, third} {
		a.opens(m)
		c.opens(m)
	}
	r.agree()
	// Late messages, as long as the epoch is kept.
	for n := range MaxPastEpochs + 1 {
		early := must1[[]byte](t)(a.Seal([]byte("early"), nil))
		for range n {
			r.commit(b, nil)
		}
		c.restart()
		c.opens(early)
	}
	early := must1[[]byte](t)(a.Seal([]byte("early"), nil))
	for range MaxPastEpochs + 1 {
		r.commit(b, nil)
	}
	c.restart()
	if err := c.refuses(early); !errors.Is(err, ErrPast) {
		t.Errorf("a message of an epoch that is not kept: %v", err)
	}
}

// Values that are made without their functions are errors, not panics.
func TestZeroValues(t *testing.T) {
	r := newRoom(t, X25519AES128, 2)
	info := must1[[]byte](t)(r.members[0].GroupInfo())
	_, propose := r.members[0].Propose(Proposal{})
	_, _, commit := r.members[0].Commit(Proposal{})
	_, outside := new(Identity).ProposeExternal(info, 0, Proposal{})
	_, _, external := NewIdentity("x").JoinExternal(info, nil, Proposal{})
	for _, err := range []error{propose, commit, outside, external} {
		if !errors.Is(err, errNoProposal) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := new(Identity).NewGroup(X25519AES128, nil); err == nil {
		t.Error("a group of someone without a name")
	}
	if _, err := NewIdentity("x").NewGroup(2, nil); err == nil {
		t.Error("suite 2")
	}
	if got := fmt.Sprint(new(Group), new(Identity)); got != `mls.Group(none) mls.Identity("")` {
		t.Errorf("printed: %s", got)
	}
	many := make([]pskID, 1<<16)
	if _, err := lookUp(many, func(*pskID) []byte { return []byte{1} }); err == nil {
		t.Error("65,536 PSKs")
	}
}

// A member that adds a ghost and shows one other member a commit without it, signed and all, does not get
// that member to the epoch of the ghost: the secrets of an epoch depend on who is in it.
func TestGhostIsNotHidden(t *testing.T) {
	for _, noPath := range []bool{false, true} {
		r := newRoom(t, X25519AES128, 4)
		a, b := r.members[0], r.members[1]
		ghost, err := Add(newParty(t, "ghost").keyPackage(X25519AES128)).make(a.g.group)
		if err != nil {
			t.Fatal(err)
		}
		list := []sourced{*ghost, psk2(t, a)}
		shown := evilCommit{t: t, p: a, noPath: noPath, list: list}
		hidden := evilCommit{t: t, p: a, noPath: noPath, list: list, content: func(c *authenticatedContent) {
			c.content.commit.proposals = c.content.commit.proposals[1:]
		}}
		refused := b.refuses(hidden.message())
		if noPath && !errors.Is(refused, ErrFork) {
			t.Errorf("refused with %v", refused)
		}
		if got := b.opens(shown.message()); len(got.Added) != 1 || got.Added[0].Credential.Identity != "ghost" || len(b.Members()) != 5 {
			t.Errorf("%+v", got)
		}
	}
}

// A KeyPackage has the version of the message around it (Section 10).
func TestKeyPackageVersion(t *testing.T) {
	k := newParty(t, "x").keyPackage(X25519AES128)
	if _, err := ParseKeyPackage(k); err != nil {
		t.Fatal(err)
	}
	k[5] = 2
	_, err := ParseKeyPackage(k)
	says(t, "version 2 in a message of version 1", err, errMalformed.Error())
}
