package fr.carnet.eventstore;

import fr.carnet.events.Decision;
import fr.carnet.events.Reason;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import java.util.Optional;

/** An aggregate small enough for tests: an account is opened for an owner, and money comes in. */
final class Accounts implements Aggregate<Accounts.Account, Accounts.Event> {
  static final String OPENED = "test.account-opened.v1";
  static final String DEPOSITED = "test.deposited.v1";

  private final AccountView view = new AccountView("accounts", Topic.DOSSIER_EVENTS);

  record Account(Optional<String> owner, long balance) {}

  sealed interface Event {}

  record Opened(String owner) implements Event {}

  record Deposited(long cents) implements Event {}

  enum Refusal implements Reason {
    NOT_OPEN,
    OWNER_HAS_ONE;

    @Override
    public Told told() {
      return new Told(Kind.CONFLICT, name(), name());
    }
  }

  static CommandHandler.Decide<Account, Event> open(String owner) {
    return account ->
        account.owner().isPresent() ? Decision.accepted() : Decision.accepted(new Opened(owner));
  }

  static CommandHandler.Decide<Account, Event> deposit(long cents) {
    return account ->
        account.owner().isPresent()
            ? Decision.accepted(new Deposited(cents))
            : Decision.refused(Refusal.NOT_OPEN);
  }

  @Override
  public Topic topic() {
    return Topic.DOSSIER_EVENTS;
  }

  @Override
  public Account initial() {
    return new Account(Optional.empty(), 0);
  }

  @Override
  public Account evolve(Account account, Event event) {
    return switch (event) {
      case Opened opened -> new Account(Optional.of(opened.owner()), 0);
      case Deposited deposited ->
          new Account(account.owner(), account.balance() + deposited.cents());
    };
  }

  @Override
  public String wireName(Event event) {
    return switch (event) {
      case Opened _ -> OPENED;
      case Deposited _ -> DEPOSITED;
    };
  }

  @Override
  public Event read(String wireName, byte[] json) {
    return switch (wireName) {
      case OPENED -> Wire.read(json, Opened.class);
      case DEPOSITED -> Wire.read(json, Deposited.class);
      default -> throw new IllegalStateException(wireName);
    };
  }

  @Override
  public AccountView readModel() {
    return view;
  }

  @Override
  public Optional<Reason> refusalOf(String constraint) {
    return constraint.equals("one_account_an_owner")
        ? Optional.of(Refusal.OWNER_HAS_ONE)
        : Optional.empty();
  }
}
