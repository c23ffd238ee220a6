/** The insurer's side of the valve: {@code billing.reimbursements} and its rejections. */
package fr.carnet.events.billing;
