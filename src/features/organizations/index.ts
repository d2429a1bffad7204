export { MembershipsRepository } from './memberships.repository.js';
export { OrganizationsModule } from './organizations.module.js';
