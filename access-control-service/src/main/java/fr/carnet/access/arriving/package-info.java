/** HTTP in: what a patient decides, and what a service asks before it releases data. */
package fr.carnet.access.arriving;
