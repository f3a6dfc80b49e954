import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { LAUNCH_ARGV } from "./enter";
import { launchIn, type Launched, type LaunchOrder } from "./launch";
import type { Layout } from "./layout";
import { createPipeStore } from "./pipes";

/**
 * The stand-in for a cell on a machine without isolation: commands are children of the service in process groups of their
 * own, and the proxy is a port of the host. Nothing is kept from them.
 */
export type PlainCell = {
  layout: Layout;
  proxyPort: number;
  launch(order: LaunchOrder): Promise<Launched>;
  close(): Promise<void>;
  closed: Promise<void>;
};

/** `onConnection` is called for each connection to the proxy port. */
export async function openPlainCell(
  layout: Layout,
  onConnection: (socket: Socket) => void,
): Promise<PlainCell> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const running = new Set<Launched>();
  let isOpen = true;
  const entry = {
    enter: LAUNCH_ARGV,
    pipes: createPipeStore(layout.pipes),
    pidNamespace: "",
    isOpen: () => isOpen,
  };

  async function launch(order: LaunchOrder): Promise<Launched> {
    const launched = await launchIn(entry, order);
    running.add(launched);
    void launched.exited.then(() => running.delete(launched));
    if (!isOpen) launched.kill("SIGKILL");
    return launched;
  }

  let tellClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => (tellClosed = resolve));

  async function close(): Promise<void> {
    isOpen = false;
    server.close();
    const last = [...running];
    for (const one of last) one.kill("SIGKILL");
    await Promise.all(last.map((one) => one.exited));
    tellClosed();
  }

  const { port } = server.address() as AddressInfo;
  return { layout, proxyPort: port, launch, close, closed };
}
