declare module '../../platform/access/permission.js' {
  interface PermissionCatalogue {
    /** See patients of the organization; a patient: their own entry. */
    'patients:read': never;
    'patients:create': never;
    'patients:update': never;
    'patients:delete': never;
    /** See the national id unmasked. */
    'patients:identify': never;
    /** See telephone number and address. */
    'patients:contact': never;
  }
}

export {};
