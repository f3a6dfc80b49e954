import { Template } from "e2b";

/** The versions that the runners were tested with (`npm run world:kilo` fetches the same Kilocode). */
export const KILOCODE_VERSION = "7.7.7";
const NODE_VERSION = "22";

/** What tests of the usual repositories need; nothing that could reach outside by itself. */
const PACKAGES = ["build-essential", "ca-certificates", "git", "python3", "python3-pip", "ripgrep"];

/**
 * The sandbox of the runner `sandbox_kilo`: Node, git and the Kilocode CLI, which is too large (290 MB) to fetch for each run and
 * must not be fetched inside one. Built by `npm run template`, chosen by `KILOCODE_TEMPLATE_NAME`.
 */
export const kilocodeTemplate = Template()
  .fromNodeImage(NODE_VERSION)
  .aptInstall(PACKAGES)
  .npmInstall(`@kilocode/cli@${KILOCODE_VERSION}`, { g: true })
  // Fails the build, and not a run, where there is no build of it for the machine.
  .runCmd("kilo --version");
