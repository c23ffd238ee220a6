-- dossier.events, opened: what a dossier holds beside care. Rows hold no clock: what shows to whom,
-- and from when, is reckoned when they are read.
CREATE TABLE item (
  dossier_id                   uuid        NOT NULL,
  item_id                      uuid        NOT NULL,
  kind                         text        NOT NULL,
  class_code                   text        NOT NULL,
  author_role                  text        NOT NULL,
  author_id                    text,
  author_profession            text,
  author_structure             text,
  added_at                     timestamptz NOT NULL,
  changed_at                   timestamptz NOT NULL,
  about_date                   date        NOT NULL,
  version                      int         NOT NULL,
  title                        text        NOT NULL,
  code_system                  text,
  code                         text,
  -- The acts and products that it names, as Mask.target() writes them.
  acts                         text[]      NOT NULL,
  body                         jsonb       NOT NULL,
  -- Of advance directives only: the newest is in force, until it is revoked.
  in_force                     boolean,
  deleted                      boolean     NOT NULL,
  invisible_until_announced    boolean     NOT NULL,
  announced_at                 timestamptz,
  invisible_to_representatives boolean     NOT NULL,
  PRIMARY KEY (dossier_id, item_id)
);

-- The versions of an item before the one that holds.
CREATE TABLE item_version (
  dossier_id        uuid        NOT NULL,
  item_id           uuid        NOT NULL,
  version           int         NOT NULL,
  author_role       text        NOT NULL,
  author_id         text,
  author_profession text,
  author_structure  text,
  changed_at        timestamptz NOT NULL,
  title             text        NOT NULL,
  body              jsonb       NOT NULL,
  PRIMARY KEY (dossier_id, item_id, version)
);

-- What the patient hides from professionals; the target is Mask.target().
CREATE TABLE mask (
  dossier_id uuid        NOT NULL,
  target     text        NOT NULL,
  mask_id    uuid        NOT NULL,
  body       jsonb       NOT NULL,
  set_at     timestamptz NOT NULL,
  CONSTRAINT one_mask_a_target PRIMARY KEY (dossier_id, target)
);
