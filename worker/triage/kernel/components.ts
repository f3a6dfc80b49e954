/** Sets of numbers below `size` that grow together. */
export class Components {
  private readonly parents: Uint32Array;

  constructor(size: number) {
    this.parents = Uint32Array.from({ length: size }, (_, i) => i);
  }

  rootOf(i: number): number {
    let root = i;
    while (this.parents[root] !== root) root = this.parents[root]!;
    for (let at = i; at !== root;) [at, this.parents[at]] = [this.parents[at]!, root];
    return root;
  }

  join(i: number, j: number): void {
    if (this.parents[i] === this.parents[j]) return;
    const a = this.rootOf(i);
    const b = this.rootOf(j);
    this.parents[Math.max(a, b)] = Math.min(a, b);
  }
}
