/** Looking for what must not be there: every record, row and file, decoded in every usual way. */
package fr.carnet.local.looking;
