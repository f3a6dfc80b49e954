import { BlockList, isIP, isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * What a sandbox may reach, in e2b's words. `hosts` of the service are names that exist only for sandboxes; they pass when
 * `allowOut` names them, and never otherwise.
 */
export type NetworkPolicy = { internet: boolean; allowOut: string[]; denyOut: string[] };

export const ALL_TRAFFIC = "0.0.0.0/0";

/** Does `pattern` (an exact name or `*.domain`) name this host? `*.domain` does not name the domain itself. */
export function namesHost(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase();
  if (wanted.startsWith("*."))
    return host.endsWith(wanted.slice(1)) && host.length > wanted.length - 1;
  return wanted === host;
}

function holdsAddress(pattern: string, address: string): boolean {
  const [base = "", bits] = pattern.split("/");
  const family = isIP(base);
  if (family === 0) return false;
  const list = new BlockList();
  const name = family === 4 ? "ipv4" : "ipv6";
  const size = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
  if (!Number.isInteger(size) || size < 0 || size > (family === 4 ? 32 : 128)) return false;
  if (size === 0) return true;
  list.addSubnet(base, size, name);
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/** Is the host, or one of its addresses, in the list of names, addresses and CIDR ranges? */
export function isListed(list: string[], host: string, addresses: string[]): boolean {
  return list.some(
    (pattern) =>
      namesHost(pattern, host) || addresses.some((address) => holdsAddress(pattern, address)),
  );
}

/**
 * May a sandbox reach this outside host? The allow list wins over the deny list, as at e2b. Without internet access only the
 * allow list counts.
 */
export function mayReach(policy: NetworkPolicy, host: string, addresses: string[]): boolean {
  if (isListed(policy.allowOut, host, addresses)) return true;
  return policy.internet && !isListed(policy.denyOut, host, addresses);
}

/** Does `next` allow all that `before` allowed? Then nothing that runs has to end. When in doubt it does not. */
export function isWider(before: NetworkPolicy, next: NetworkPolicy): boolean {
  if (before.internet && !next.internet) return false;
  const keepsAllowed = before.allowOut.every((one) => next.allowOut.includes(one));
  const addsNoDenial = next.denyOut.every((one) => before.denyOut.includes(one));
  return keepsAllowed && addsNoDenial;
}

const PRIVATE: [string, number, "ipv4" | "ipv6"][] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 96, "ipv6"],
  ["::1", 128, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];

/**
 * Is this an address of the host itself, of its network, or of nobody (RFC 6890, and IPv6 forms that carry such an IPv4
 * address)? The proxy never connects to one, whatever name led there.
 */
export function isForbiddenAddress(address: string): boolean {
  const list = new BlockList();
  for (const [base, bits, family] of PRIVATE) list.addSubnet(base, bits, family);
  for (const found of Object.values(networkInterfaces()).flat()) {
    if (found) list.addAddress(found.address, found.family === "IPv4" ? "ipv4" : "ipv6");
  }
  const plain = address.replace(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i, "$1");
  if (isIP(plain) === 0) return true;
  return list.check(plain, isIPv4(plain) ? "ipv4" : "ipv6");
}
