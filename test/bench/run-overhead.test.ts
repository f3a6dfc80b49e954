import { expect, test } from "vitest";
import { partsOf } from "./run-overhead";

const at = "2026-11-21T00:00:00.000Z";
const line = (stage: string, text: string) => ({ at, stage, kind: "info", text });

test("the overhead of a run is all of its time but the runner's own", () => {
  const events = [
    line("snapshot", "Plan version 1."),
    line("snapshot", "Took 20 ms."),
    line("work", "Took 100 ms."),
    line("collect", "Took 30 ms."),
    line("collect", "Took 5 ms."),
  ];
  expect(partsOf(events, 1_000)).toEqual({
    snapshot: 20,
    work: 100,
    collect: 35,
    between: 845,
    overhead: 900,
    total: 1_000,
  });
});
