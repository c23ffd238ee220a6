/** Pages of rows, the newest first, that neither skip nor repeat while rows are added. */
package fr.carnet.access.paging;
