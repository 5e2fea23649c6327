const hour = 3_600_000;
const day = 24 * hour;

/** What is longer than this is told as this. */
const longest = 365;

interface Room {
  at: number;
  bytes: number;
}

/** Tells when file systems will be full if they fill at the pace of their last day, of which an hour apart is remembered. */
export class Filling {
  readonly #seen = new Map<string, Room[]>();

  /** Days until it is full; undefined until it has been seen for six hours. `at` in milliseconds. */
  daysLeft(id: string, bytes: number, at: number): number | undefined {
    for (const [other, rooms] of this.#seen) if (at - (rooms.at(-1)?.at ?? 0) > day) this.#seen.delete(other);
    // A clock that was set back leaves times that are still to come.
    const rooms = (this.#seen.get(id) ?? []).filter((room) => room.at <= at && at - room.at <= day);
    if (at - (rooms.at(-1)?.at ?? 0) >= hour) rooms.push({ at, bytes });
    this.#seen.set(id, rooms);
    const [oldest] = rooms;
    if (oldest === undefined || at - oldest.at < 6 * hour) return undefined;
    const perDay = ((oldest.bytes - bytes) * day) / (at - oldest.at);
    return perDay > 0 ? Math.min(longest, bytes / perDay) : longest;
  }
}
