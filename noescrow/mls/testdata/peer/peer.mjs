// A peer for the tests: ts-mls, driven by lines of standard input. A line is a verb and its arguments, bytes in
// hexadecimal. The answer is "ok" and results, or "error" and a text.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const load = (file) => import(pathToFileURL(process.argv[2] + "/node_modules/ts-mls/dist/src/" + file));
const mls = await load("index.js");
const { createGroupInfoWithRatchetTree } = await load("createCommit.js");
const hex = (b) => Buffer.from(b).toString("hex") || "-";
const bytes = (s) => (s === "-" ? new Uint8Array() : new Uint8Array(Buffer.from(s, "hex")));
const frame = (wireformat, field, value) => mls.encodeMlsMessage({ version: "mls10", wireformat, [field]: value });
const parse = (s) => {
  const [m, n] = mls.decodeMlsMessage(bytes(s), 0);
  if (n !== bytes(s).length) throw new Error("trailing bytes");
  return m;
};
const encode = (m) => mls.encodeMlsMessage(m);

let suite, suiteName, own, state;
let psks = {};
const index = () => mls.makePskIndex(state, psks);
const capabilities = { versions: ["mls10"], ciphersuites: [], extensions: [], proposals: [], credentials: ["basic", "x509"] };

async function keyPackage(name) {
  const now = BigInt(Math.floor(Date.now() / 1000));
  const lifetime = { notBefore: now - 3600n, notAfter: now + 86400n * 30n };
  const credential = { credentialType: "basic", identity: new TextEncoder().encode(name) };
  own = await mls.generateKeyPackage(credential, { ...capabilities, ciphersuites: [suiteName] }, lifetime, [], suite);
  return own.publicPackage;
}

function proposal(kind, arg) {
  switch (kind) {
    case "add":
      return { proposalType: "add", add: { keyPackage: parse(arg).keyPackage } };
    case "remove":
      return { proposalType: "remove", remove: { removed: Number(arg) } };
    case "psk":
      return { proposalType: "psk", psk: { preSharedKeyId: { psktype: "external", pskId: bytes(arg), pskNonce: crypto.getRandomValues(new Uint8Array(32)) } } };
  }
  throw new Error("no such proposal: " + kind);
}

const verbs = {
  async suite(name) {
    suiteName = name;
    suite = await mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(name));
  },
  async keypackage(name) {
    return [frame("mls_key_package", "keyPackage", await keyPackage(name))];
  },
  async create(name, id) {
    const k = await keyPackage(name);
    state = await mls.createGroup(bytes(id), k, own.privatePackage, [], suite);
  },
  async join(welcome) {
    state = await mls.joinGroup(parse(welcome).welcome, own.publicPackage, own.privatePackage, index(), suite);
  },
  async external(name, info) {
    const k = await keyPackage(name);
    const r = await mls.joinGroupExternal(parse(info).groupInfo, k, own.privatePackage, false, suite);
    state = r.newState;
    return [frame("mls_public_message", "publicMessage", r.publicMessage)];
  },
  async info() {
    // createGroupInfoWithExternalPubAndRatchetTree puts the key in the extension without the header of its length.
    const pair = await suite.hpke.deriveKeyPair(state.keySchedule.externalSecret);
    const key = await suite.hpke.exportPublicKey(pair.publicKey);
    const extensions = [{ extensionType: "external_pub", extensionData: new Uint8Array([key.length, ...key]) }];
    return [frame("mls_group_info", "groupInfo", await createGroupInfoWithRatchetTree(state.groupContext, state.confirmationTag, state, state.ratchetTree, extensions, suite))];
  },
  async commit(open, ...list) {
    const extraProposals = [];
    for (let i = 0; i < list.length; i += 2) extraProposals.push(proposal(list[i], list[i + 1]));
    const r = await mls.createCommit({ state, cipherSuite: suite, pskIndex: index() }, { wireAsPublicMessage: open === "public", ratchetTreeExtension: true, extraProposals });
    state = r.newState;
    return [encode(r.commit), r.welcome ? frame("mls_welcome", "welcome", r.welcome) : []];
  },
  async propose(open, kind, arg) {
    const r = await mls.createProposal(state, open === "public", proposal(kind, arg), suite);
    state = r.newState;
    return [encode(r.message)];
  },
  async open(message) {
    const m = parse(message);
    const r = m.privateMessage // processMessage forgets the PSKs here
      ? await mls.processPrivateMessage(state, m.privateMessage, index(), suite)
      : await mls.processPublicMessage(state, m.publicMessage, index(), suite);
    state = r.newState;
    return r.kind === "applicationMessage" ? [r.message] : [];
  },
  async seal(text) {
    const r = await mls.createApplicationMessage(state, bytes(text), suite);
    state = r.newState;
    return [frame("mls_private_message", "privateMessage", r.privateMessage)];
  },
  async psk(id, value) {
    psks[mls.bytesToBase64(bytes(id))] = bytes(value);
  },
  async authenticator() {
    return [state.keySchedule.epochAuthenticator];
  },
  async export(label, context, n) {
    return [await mls.mlsExporter(state.keySchedule.exporterSecret, label, bytes(context), Number(n), suite)];
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...args] = line.split(" ");
  try {
    const results = (await verbs[verb](...args)) ?? [];
    console.log(["ok", ...results.map(hex)].join(" "));
  } catch (e) {
    console.log("error " + String(e.stack).replaceAll("\n", " | "));
  }
}
