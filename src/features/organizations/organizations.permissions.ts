declare module '../../platform/access/permission.js' {
  interface PermissionCatalogue {
    /** See who belongs to the organization. */
    'members:read': never;
    /** Invite people by mail, to any role but owner. */
    'members:invite': never;
    /** Change roles; to owner it takes two owners. */
    'members:update': never;
    'members:remove': never;
    /** State, or confirm, that who holds which role is as it should be. */
    'members:recertify': never;
  }
}

export {};
