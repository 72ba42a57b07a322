// The lists around a JSON record that are read element by element.

interface OpenList {
  /** It stands under a key of a reply. */
  readonly isNamed: boolean;
  /** One of its elements began at the start of a line: another one may. */
  hasLines: boolean;
}

export class OpenLists {
  private readonly maxDepth: number;
  private readonly lists: OpenList[] = [];

  constructor(maxDepth: number) {
    this.maxDepth = maxDepth;
  }

  get depth(): number {
    return this.lists.length;
  }

  /** Elements of a reply's list are records whatever they are, and so is what lies too deep. */
  get mayOpen(): boolean {
    return this.lists.at(-1)?.isNamed !== true && this.lists.length < this.maxDepth;
  }

  open(isNamed: boolean): void {
    this.lists.push({ isNamed, hasLines: false });
  }

  /** Closes the innermost list; true when it is that of a reply. */
  close(): boolean {
    return this.lists.pop()!.isNamed;
  }

  /** An element begins at the start of a line. */
  markLine(): void {
    const list = this.lists.at(-1);
    if (list !== undefined) list.hasLines = true;
  }

  /** After a break, when a value begins at the start of a line: lists that have none there are over. */
  leave(): void {
    while (this.lists.at(-1)?.hasLines === false) this.lists.pop();
  }
}
