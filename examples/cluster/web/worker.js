"use strict";

// The worker in which a search runs. It follows wasm_exec.js in the same file. The page sends it the compiled module,
// once; the program then takes over onmessage.
onmessage = async ({ data }) => {
  try {
    const go = new Go();
    await go.run(await WebAssembly.instantiate(data.module, go.importObject));
    postMessage({ broken: "it has ended" }); // unless it has said so before
  } catch (error) {
    postMessage({ broken: String(error) });
  }
};
