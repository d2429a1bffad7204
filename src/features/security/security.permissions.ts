declare module '../../platform/access/permission.js' {
  interface PermissionCatalogue {
    /** See from where the organization may be used, what was noticed about it, and what is done about that. */
    'security:read': never;
    'security:manage': never;
  }
}

export {};
