import type { Sequelize } from "sequelize";

/** The ways to a database that prepared statements take. */
export class Connections {
  constructor(readonly sequelize: Sequelize) {}
}
