/** Lets one task through at a time, in the order of arrival. A task that fails does not hold up the next. */
export class Gate {
  #last: Promise<unknown> = Promise.resolve();

  enter<T>(task: () => Promise<T>): Promise<T> {
    const next = this.#last.then(task, task);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
