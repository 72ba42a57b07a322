// The tasks of a workflow that name each other, by id or by name, as parents or as children: to ids of the import.

import { listOf, textOf } from "./json-document.js";
import { dependableId, type UniqueIds } from "./unique-ids.js";

export class WorkflowGraph {
  private readonly tasks: readonly unknown[];
  private readonly ids: readonly string[];
  private readonly ownIds = new Map<string, number>();
  private readonly byName = new Map<string, number>();
  private readonly parents: ReadonlyMap<number, ReadonlySet<string>>;

  /** Of tasks with the same id the first is meant by it. */
  constructor(tasks: readonly unknown[], ids: UniqueIds) {
    this.tasks = tasks;
    this.ids = tasks.map((task) => ids.take(givenId(task)));
    for (const [index, task] of tasks.entries()) {
      addFirst(this.ownIds, textOf(task, "id"), index);
      addFirst(this.byName, textOf(task, "name"), index);
    }
    this.parents = this.findParents();
  }

  hasId(id: string): boolean {
    return this.ownIds.has(id);
  }

  idOf(task: number): string {
    return this.ids[task]!;
  }

  /** True when another task has the task's own id. */
  isRenamed(task: number): boolean {
    return this.ids[task] !== givenId(this.tasks[task]);
  }

  /** Ids of what the task waits for. A parent that is no task of the workflow stands as it is named. */
  parentsOf(task: number): readonly string[] {
    return [...(this.parents.get(task) ?? [])];
  }

  /** A dependency may be told at either end; both ends together give it once. */
  private findParents(): Map<number, Set<string>> {
    const parents = new Map<number, Set<string>>();
    const add = (child: number, parent: string) => {
      const known = parents.get(child);
      if (known === undefined) parents.set(child, new Set([parent]));
      else known.add(parent);
    };
    for (const [index, task] of this.tasks.entries()) {
      for (const name of namesIn(task, "parents")) {
        const parent = this.find(name);
        add(index, parent === undefined ? dependableId(name) : this.ids[parent]!);
      }
      for (const name of namesIn(task, "children")) {
        const child = this.find(name);
        if (child !== undefined) add(child, this.ids[index]!);
      }
    }
    return parents;
  }

  private find(name: string): number | undefined {
    return this.ownIds.get(name) ?? this.byName.get(name);
  }
}

function givenId(task: unknown): string {
  return dependableId(textOf(task, "id") || textOf(task, "name"));
}

function namesIn(task: unknown, key: string): string[] {
  return listOf(task, key).filter((name) => typeof name === "string");
}

function addFirst(map: Map<string, number>, key: string, value: number): void {
  if (key !== "" && !map.has(key)) map.set(key, value);
}
