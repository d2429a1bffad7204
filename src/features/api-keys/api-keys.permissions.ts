declare module '../../platform/access/permission.js' {
  interface PermissionCatalogue {
    /** See the own keys; owners see those of the organization. */
    'api-keys:read': never;
    'api-keys:create': never;
    /** Replace an own key. */
    'api-keys:rotate': never;
    /** End the own keys; owners end those of the organization. */
    'api-keys:revoke': never;
  }
}

export {};
