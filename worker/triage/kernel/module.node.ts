import { readFileSync } from "node:fs";

/** The compiled kernel, for tests and benchmarks in plain Node. */
export const kernelModule = new WebAssembly.Module(
  readFileSync(new URL("./kernel.wasm", import.meta.url)),
);
