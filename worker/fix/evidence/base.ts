import type { NewPlace, Reporting } from "./reporting";

/** What is asked of the base. Paths are relative to the folder where tests run. */
export type Base = {
  projectCommand: string | null;
  /** Every file of the folder. */
  paths: readonly string[];
  read(path: string): Promise<string | null>;
  /** Whether the sandbox's Python has pytest. */
  hasPytest(): Promise<boolean>;
};

/** The tests of one folder: what a person would type there, what that stands for, and what we run. */
export type Part = { folder: string; command: string; script: string; run: Reporting };

/** Gives the places of a folder's reports. */
export type PlacesOf = (folder: string) => NewPlace;
