declare module '../../platform/access/permission.js' {
  interface PermissionCatalogue {
    /** Read what has happened in the organization, and whether the record of it is whole. */
    'audit:read': never;
  }
}

export {};
