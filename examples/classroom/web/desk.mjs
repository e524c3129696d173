// The library, in two workers. The stage holds the people and their conversations. The search forges LEAFs and looks for
// states of generators; it is terminated to stop it, and begins anew with what had been done.

const searching = ["leaf", "generator"];

// A Player is one worker. It answers requests one after the other.
class Player {
  constructor(library) {
    this.library = library;
    this.waiting = new Map();
    this.last = 0;
    this.start();
  }

  start() {
    this.worker = new Worker(this.library.worker);
    this.ready = new Promise((ready, failed) => {
      this.worker.onerror = failed;
      this.worker.onmessage = ({ data }) => {
        if (data.ready) return ready();
        const wait = this.waiting.get(data.id);
        if (!wait) return;
        if (data.event) return wait.tell(JSON.parse(data.event));
        this.waiting.delete(data.id);
        wait.done(JSON.parse(data.response));
      };
    });
    this.worker.postMessage({ module: this.library.module });
  }

  async ask(request, tell) {
    await this.ready;
    const id = ++this.last;
    return new Promise((done) => {
      this.waiting.set(id, { tell, done });
      this.worker.postMessage({ id, request: JSON.stringify(request) });
    });
  }

  // stop ends what is being done. Its requests are answered with stopped.
  stop() {
    this.worker.terminate();
    for (const { done } of this.waiting.values()) done({ stopped: true });
    this.waiting.clear();
    this.start();
  }
}

// A Desk sends each request to the worker that does it, and hands the events to hear.
export class Desk {
  constructor(library) {
    this.stage = new Player(library);
    this.search = new Player(library);
    this.hear = () => {};
    this.code = "";
    this.log = []; // what was done, of both workers
  }

  get ready() {
    return Promise.all([this.stage.ready, this.search.ready]);
  }

  // of returns the worker that does what a station asks for.
  of(station) {
    return searching.includes(station) ? this.search : this.stage;
  }

  // act does one action at a station, and returns the response.
  async act(station, name, args = {}) {
    const request = { station, do: name, args };
    const response = await this.of(station).ask(request, (event) => this.hear(event));
    if (!response.error && !response.stopped) this.log.push(request);
    return response;
  }

  // aside does an action that no log contains, and hands its events to hear.
  aside(station, name, args, hear) {
    return this.stage.ask({ station, do: name, args }, hear);
  }

  // again takes back the last action at a station, if how is undo, and all of them, if it is reset.
  async again(station, how) {
    const player = this.of(station);
    const response = await player.ask({ station: "class", do: how, args: { name: station } }, (event) => this.hear(event));
    if (response.error) return response;
    const mine = JSON.parse((await player.ask({ station: "class", do: "log", args: {} }, () => {})).text.log);
    this.log = this.log.filter((done) => this.of(done.station) !== player).concat(mine);
    return response;
  }

  // stop ends a search. What had been found before it is done again.
  async stop() {
    const log = this.log.filter((done) => this.of(done.station) === this.search);
    this.search.stop();
    return this.search.ask({ station: "class", do: "replay", args: { code: this.code, log } }, (event) => this.hear(event));
  }

  async draw() {
    return (await this.stage.ask({ station: "class", do: "draw", args: {} }, () => {})).text.code;
  }

  // settle asks what has been done, where not all was. A worker that could not read what to do opens the class all the same.
  async settle(code) {
    const log = [];
    for (const player of [this.stage, this.search]) {
      const ask = (name, args) => player.ask({ station: "class", do: name, args }, (event) => this.hear(event));
      if (!(await ask("log", {})).text.code) await ask("open", { code });
      const { text } = await ask("log", {});
      this.code = text.code;
      log.push(...JSON.parse(text.log));
    }
    this.log = log;
  }

  // replay begins anew with a class code, and does what is in a log.
  async replay(code, log) {
    this.log = log;
    const parts = [this.stage, this.search].map((player) => log.filter((done) => this.of(done.station) === player));
    const begun = [0, 0]; // actions, by part: they are counted together
    const tell = (part) => (event) => {
      if (event.kind !== "replaying") return this.hear(event);
      begun[part] = event.n;
      this.hear({ ...event, n: begun[0] + begun[1], of: log.length });
    };
    const responses = await Promise.all([
      this.stage.ask({ station: "class", do: "replay", args: { code, log: parts[0] } }, tell(0)),
      this.search.ask({ station: "class", do: "replay", args: { code, log: parts[1] } }, tell(1)),
    ]);
    const wrong = responses.find((response) => response.error);
    if (wrong) await this.settle(code);
    else this.code = responses[0].text.code;
    return { error: wrong?.error, numbers: { ...responses[0].numbers, ...responses[1].numbers }, text: { ...responses[0].text, ...responses[1].text } };
  }
}

// load returns the compiled library, and from where its workers start: from beside the page, or out of the page itself.
export async function load() {
  const packed = document.getElementById("library");
  if (!packed) {
    const response = fetch("desk.wasm");
    const module = await WebAssembly.compileStreaming(response).catch(async () => WebAssembly.compile(await (await fetch("desk.wasm")).arrayBuffer()));
    return { module, worker: "worker.js" };
  }
  const unpacked = new Blob([bytes(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const module = await WebAssembly.compile(await new Response(unpacked).arrayBuffer());
  const worker = new Blob([bytes(document.getElementById("worker"))], { type: "text/javascript" });
  return { module, worker: URL.createObjectURL(worker) };
}

// bytes returns what an element holds as encode of web.go writes it: seven bits a character, or twice seven in one from
// U+0100 on, of which the first are those of a character that HTML does not hand on. The last set bit ends the bytes.
function bytes(element) {
  const text = element.textContent;
  const list = new Uint8Array((text.length * 14) >> 3);
  let [end, bits, n] = [0, 0, 0];
  const put = (seven) => {
    bits = (bits << 7) | seven;
    n += 7;
    if (n >= 8) list[end++] = bits >> (n -= 8);
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x100) put(taken[(code - 0x100) >> 7]);
    put(code & 127);
  }
  return list.subarray(0, list.lastIndexOf(0x80));
}

const taken = [0x00, 0x0d, 0x3c];
