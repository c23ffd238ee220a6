package fr.carnet.events.care;

/** The eight sections of the reimbursement history (ANS, reimbursement-history volume). */
public enum CareCategory {
  MEDICATION,
  VACCINATION,
  DEVICE,
  HOSPITAL_STAY,
  MEDICAL_CARE,
  DENTAL_CARE,
  IMAGING,
  LABORATORY
}
