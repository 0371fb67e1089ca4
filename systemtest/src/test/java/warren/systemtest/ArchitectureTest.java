// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The arrows of `docs/architecture.md` and the house rules that a class file can show.
final class ArchitectureTest {
    private static final JavaClasses WARREN =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .withImportOption(location -> !location.contains("module-info"))
                    .importPackages("warren");

    private static final List<String> PURE = List.of("warren.wireguard..", "warren.cluster..");

    @Test
    void scansTheWholeProduct() {
        for (String module :
                List.of("wireguard", "linux", "tunnel", "cluster", "control", "agent", "cli")) {
            assertTrue(
                    WARREN.that(resideInAPackage("warren." + module + "..")).size() > 3,
                    () -> "hardly any class of module " + module + " on the class path");
        }
    }

    @Test
    void modulesDependDownwardsOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("warren..")
                .layer("wireguard")
                .definedBy("warren.wireguard..")
                .layer("linux")
                .definedBy("warren.linux..")
                .layer("tunnel")
                .definedBy("warren.tunnel..")
                .layer("cluster")
                .definedBy("warren.cluster..")
                .layer("control")
                .definedBy("warren.control..")
                .layer("agent")
                .definedBy("warren.agent..")
                .layer("cli")
                .definedBy("warren.cli..")
                .whereLayer("wireguard")
                .mayNotAccessAnyLayer()
                .whereLayer("linux")
                .mayNotAccessAnyLayer()
                .whereLayer("control")
                .mayNotAccessAnyLayer()
                .whereLayer("tunnel")
                .mayOnlyAccessLayers("wireguard", "linux")
                .whereLayer("cluster")
                .mayOnlyAccessLayers("wireguard")
                .whereLayer("agent")
                .mayOnlyAccessLayers("wireguard", "linux", "tunnel", "cluster", "control")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .because("docs/architecture.md draws these arrows")
                .check(WARREN);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("warren.(**)").should().beFreeOfCycles().check(WARREN);
    }

    @Test
    void onlyLibcLinksNativeCode() {
        noClasses()
                .that(not(resideInAPackage("warren.linux..")))
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
                .because("native access has one place, the module linux")
                .check(WARREN);
    }

    @Test
    void protocolCoresReadNoClockAndDoNoInputOrOutput() {
        for (String pure : PURE) {
            for (ArchRule rule : purity(pure)) {
                rule.check(WARREN);
            }
        }
    }

    private static List<ArchRule> purity(String pure) {
        return List.of(
                noClasses()
                        .that()
                        .resideInAPackage(pure)
                        .should()
                        .callMethod(System.class, "nanoTime")
                        .orShould()
                        .callMethod(System.class, "currentTimeMillis")
                        .orShould()
                        .callMethod(java.time.Instant.class, "now")
                        .because("`now` is a parameter of the pure cores"),
                noClasses()
                        .that()
                        .resideInAPackage(pure)
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("java.nio.channels..", "java.nio.file..")
                        .orShould()
                        .dependOnClassesThat()
                        .areAssignableTo(Thread.class)
                        .orShould()
                        .dependOnClassesThat()
                        .areAssignableTo(System.Logger.class)
                        .because("the pure cores neither block nor log"));
    }

    @Test
    void onlySkinsPrint() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS
                .because("output belongs to the command line and to the two daemons' entry points")
                .check(
                        WARREN.that(
                                not(resideInAPackage("warren.cli.."))
                                        .and(not(simpleNameEndingWith("Process")))
                                        .and(not(simpleNameEndingWith("Main")))
                                        .and(not(simpleNameEndingWith("Training")))));
    }

    @Test
    void nobodyThrowsGenericExceptions() {
        NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(WARREN);
    }

    @Test
    void nothingIsNamedManager() {
        fields().should()
                .haveNameNotMatching(".*(Manager|Util|Helper)")
                .because("a name says what the thing is")
                .check(WARREN);
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Utils?|Helper|Impl)")
                .because("a name says what the thing is")
                .check(WARREN);
    }
}
