// Strings to small dense integers, in order of first appearance.

export class Interner {
  private readonly ids = new Map<string, number>();
  readonly names: string[] = [];

  /** The id of `name`, new if it was not seen before. */
  intern(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.names.length;
    this.ids.set(name, id);
    this.names.push(name);
    return id;
  }

  /** The id of `name`, or -1. */
  find(name: string): number {
    return this.ids.get(name) ?? -1;
  }
}
