import wasm from "./kernel.wasm";

/** The compiled kernel. A Worker may not compile at run time, so the binary is bundled as a module. */
export const kernelModule: WebAssembly.Module = wasm;
