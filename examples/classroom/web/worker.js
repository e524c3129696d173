"use strict";

// The worker in which the library runs. It follows wasm_exec.js in the same file. The page sends it the compiled module,
// once; the library then takes over onmessage, and says that it is ready.
onmessage = async ({ data }) => {
  const go = new Go();
  go.run(await WebAssembly.instantiate(data.module, go.importObject));
};
