import { Field, type ViewClass } from './field.js';

/** A page of a list. `nextCursor` is null on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

const pages = new Map<ViewClass, ViewClass>();
const itemsOfPages = new WeakMap<ViewClass, ViewClass>();

/** The view of a page of `item`: `@Returns(200, pageOf(PatientView))`. One class per item view, so that OpenAPI has one schema. */
export function pageOf(item: ViewClass): ViewClass {
  const known = pages.get(item);
  if (known !== undefined) return known;

  class PageView {
    @Field({ list: item }) items!: readonly object[];
    @Field({ nullable: true, description: 'Pass as `cursor` to get the next page; null on the last page.' })
    nextCursor!: string;
  }
  Object.defineProperty(PageView, 'name', { value: `${item.name.replace(/View$/, '')}Page` });
  pages.set(item, PageView);
  itemsOfPages.set(PageView, item);
  return PageView;
}

/** The view of the items of a page; any other view is its own. */
export function itemOf(view: ViewClass): ViewClass {
  return itemsOfPages.get(view) ?? view;
}

/** What a client asks of a list. */
export interface PageRequest {
  readonly limit: number;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Rows of a query that asked for one more than `limit`, so that a further page is known without counting. */
export function toPage<T extends { readonly id: string }>(rows: readonly T[], { limit }: PageRequest): Page<T> {
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
