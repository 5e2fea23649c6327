/** An update that makes a read-only system writable takes less. */
const updateSeconds = 3600;

/** Which file systems are meant to be writable: those that were so when they were first seen, or for longer than an
 * update takes. */
export class WritableFilesystems {
  /** Since when each is writable, or was before it became read-only. */
  readonly #since = new Map<string, number>();
  readonly #meant = new Set<string>();

  /** Forgets file systems that are not mounted: what is mounted there next may be another one. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of [...this.#since.keys()].filter((one) => !ids.has(one))) {
      this.#since.delete(id);
      this.#meant.delete(id);
    }
  }

  /** Whether the file system is meant to be writable. `now` is in seconds. */
  update(id: string, readOnly: boolean, now: number): boolean {
    if (!this.#since.has(id) && !readOnly) this.#meant.add(id);
    const since = this.#since.get(id) ?? now;
    this.#since.set(id, readOnly ? now : since);
    if (!readOnly && now - since >= updateSeconds) this.#meant.add(id);
    return this.#meant.has(id);
  }
}
