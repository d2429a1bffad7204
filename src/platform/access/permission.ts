/**
 * Every permission that exists, as `resource:action`. Features add theirs by declaration merging in `x.permissions.ts`;
 * a permission that nobody declares does not compile anywhere. The same names are OAuth and API-key scopes.
 */
export interface PermissionCatalogue {
  /** Keeps the interface open for merging; not a permission. */
  readonly '': never;
}

export type Permission = Exclude<keyof PermissionCatalogue, ''>;

/** A set that all callers with the same permissions share, so that what is compiled per set is compiled once. */
export type PermissionSet = ReadonlySet<Permission>;

export const NO_PERMISSIONS: PermissionSet = new Set();
