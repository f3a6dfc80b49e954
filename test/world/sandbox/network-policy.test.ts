import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isForbiddenAddress, isWider, mayReach, namesHost } from "./network-policy";

const name = fc.stringMatching(/^[a-z]{1,6}(\.[a-z]{1,5}){1,2}$/);
const policy = fc.record({
  internet: fc.boolean(),
  allowOut: fc.array(fc.oneof(name, fc.constant("0.0.0.0/0"), fc.constant("93.184.0.0/16")), {
    maxLength: 4,
  }),
  denyOut: fc.array(fc.oneof(name, fc.constant("0.0.0.0/0")), { maxLength: 3 }),
});

describe("the network policy", () => {
  test("allows nothing when there is no internet access and no list", () => {
    fc.assert(
      fc.property(name, fc.ipV4(), (host, address) => {
        expect(mayReach({ internet: false, allowOut: [], denyOut: [] }, host, [address])).toBe(
          false,
        );
      }),
    );
  });

  test("allows nothing but the list when everything is denied", () => {
    fc.assert(
      fc.property(fc.array(name), name, fc.ipV4(), (allowOut, host, address) => {
        const locked = { internet: true, allowOut, denyOut: ["0.0.0.0/0"] };
        expect(mayReach(locked, host, [address])).toBe(allowOut.includes(host));
      }),
    );
  });

  test("whoever is called wider allows all that was allowed", () => {
    fc.assert(
      fc.property(policy, policy, name, (before, next, host) => {
        fc.pre(isWider(before, next));
        const addresses = ["93.184.215.14"];
        if (mayReach(before, host, addresses)) expect(mayReach(next, host, addresses)).toBe(true);
      }),
    );
  });

  test("reads ranges and wildcards", () => {
    const ranged = { internet: true, allowOut: [], denyOut: ["93.184.0.0/16", "*.bad.example"] };
    expect(mayReach(ranged, "a.example", ["93.184.215.14"])).toBe(false);
    expect(mayReach(ranged, "a.example", ["93.185.0.1"])).toBe(true);
    expect(mayReach(ranged, "x.bad.example", ["93.185.0.1"])).toBe(false);
    expect(namesHost("*.bad.example", "bad.example")).toBe(false);
    expect(namesHost("*.bad.example", "notbad.example")).toBe(false);
    expect(namesHost("Good.example", "good.example")).toBe(true);
  });

  test("knows the addresses that are never connected to", () => {
    const never = ["127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.255.255"];
    const nor = ["192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"];
    const six = ["::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "ff02::1"];
    for (const address of [...never, ...nor, ...six, "nonsense", ""]) {
      expect(isForbiddenAddress(address)).toBe(true);
    }
    for (const address of ["93.184.215.14", "1.1.1.1", "172.32.0.1", "2606:4700::1111"]) {
      expect(isForbiddenAddress(address)).toBe(false);
    }
  });
});
