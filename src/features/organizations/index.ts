export { invitationToken } from './invitation-token.js';
export { MembershipsRepository } from './memberships.repository.js';
export { OrganizationsModule } from './organizations.module.js';
export { OrganizationsRepository } from './organizations.repository.js';
