export { MembershipsRepository, type Membership } from './memberships.repository.js';
export { OrganizationsModule } from './organizations.module.js';
