package fr.carnet.resourceserver;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * A party that the law bars stays barred, whatever other roles its account was given: an endpoint
 * that goes by the role alone gives it nothing either.
 */
@ApplicationScoped
public class BarredParty implements SecurityIdentityAugmentor {
  static final String ROLE = "complementary-insurer";

  @Override
  public Uni<SecurityIdentity> augment(
      SecurityIdentity identity, AuthenticationRequestContext context) {
    return Uni.createFrom().item(identity.hasRole(ROLE) ? barred(identity) : identity);
  }

  private static SecurityIdentity barred(SecurityIdentity identity) {
    return QuarkusSecurityIdentity.builder()
        .setPrincipal(identity.getPrincipal())
        .addRole(ROLE)
        .addCredentials(identity.getCredentials())
        .addAttributes(identity.getAttributes())
        .build();
  }
}
