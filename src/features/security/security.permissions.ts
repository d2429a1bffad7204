declare module '../../platform/access/permission.js' {
  interface PermissionCatalogue {
    /** See from where the organization may be used. */
    'security:read': never;
    'security:manage': never;
  }
}

export {};
