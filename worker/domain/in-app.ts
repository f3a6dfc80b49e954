/** What is known of a frame's place when nobody said whether it is the application's own code. */
export type FramePlace = { file: string | null; function: string | null; module: string | null };

/** Path pieces of dependencies, runtimes and generated glue, in lower case, with forward slashes. */
const FOREIGN_PATHS = [
  "node_modules/",
  "site-packages/",
  "dist-packages/",
  "/lib/python",
  "/gems/",
  "/vendor/",
  "/rustc/",
  "/.cargo/",
  "/pkg/mod/",
  "/usr/local/go/",
  "/usr/lib/",
  "/usr/include/",
  "/go/src/runtime/",
  "webpack/bootstrap",
  "webpack/runtime",
  "-extension://",
];

const FOREIGN_PREFIXES = [
  "node:",
  "internal/",
  "vendor/",
  "native",
  "<",
  "[",
  "dart:",
  "package:flutter/",
  "/_/src/",
];

/** Packages of the platform itself. Well-known applications (org.apache, org.eclipse) are somebody's own code. */
const FOREIGN_MODULES = [
  "java.",
  "javax.",
  "jdk.",
  "sun.",
  "com.sun.",
  "kotlin.",
  "kotlinx.",
  "scala.",
  "android.",
  "androidx.",
  "dalvik.",
  "com.android.internal.",
  "org.junit.",
  "junit.",
  "org.springframework.",
  "System.",
  "Microsoft.",
];

const FOREIGN_FUNCTIONS = [
  "std::",
  "core::",
  "alloc::",
  "backtrace::",
  "<alloc::",
  "<core::",
  "<std::",
  "rust_begin_unwind",
  "__rust",
  "rust_panic",
  "runtime.",
  "panic(",
  "testing.tRunner",
  "__libc_start",
];

/** Programs of the platform in a native crash report. */
const FOREIGN_IMAGES =
  /^(?:lib[\w.+-]*|dyld|UIKit\w*|Foundation|CoreFoundation|SwiftUI|AppKit|QuartzCore|GraphicsServices)$/;

/**
 * Whether a frame is the application's own code, judged by its path and name alone. Frames without any place are not:
 * nothing can be fixed there. Sources that say it themselves (Sentry's `in_app`) are to be believed first.
 */
export function looksInApp(place: FramePlace): boolean {
  const { file, module } = place;
  if (!file && !module) return false;
  if (file && isForeignPath(file)) return false;
  if (module && isForeignModule(module)) return false;
  const name = place.function;
  return !(name && FOREIGN_FUNCTIONS.some((prefix) => name.startsWith(prefix)));
}

/** Whether a path lies in a dependency or in the runtime. */
export function isForeignPath(file: string): boolean {
  const path = file.replaceAll("\\", "/").toLowerCase();
  return (
    FOREIGN_PREFIXES.some((prefix) => path.startsWith(prefix)) ||
    FOREIGN_PATHS.some((piece) => path.includes(piece))
  );
}

function isForeignModule(module: string): boolean {
  return FOREIGN_MODULES.some((prefix) => module.startsWith(prefix)) || FOREIGN_IMAGES.test(module);
}

/** Whether a path lies among the packages that a package manager installed. Nobody keeps own code there. */
export function isInstalledPackage(file: string): boolean {
  return /(?:^|[\\/~])(?:node_modules|site-packages|dist-packages)[\\/]/.test(file);
}
