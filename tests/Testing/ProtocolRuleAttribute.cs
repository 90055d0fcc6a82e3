using Xunit.v3;

namespace Tideway.Testing;

/// <summary>
/// Says which rule of the sharing protocol a test shows: the section, the rule in a sentence, and how it is served where the specification leaves a choice. The page
/// <c>docs/protocol-support.md</c> is made from the sources of the tests, so all three are plain literals; a rule that several tests show has the same text in each.
/// </summary>
/// <param name="section">The heading that the section has in the specification, such as <c>Query Table Version</c>; the page's sections are listed with it.</param>
/// <param name="rule">The rule, as a sentence.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ProtocolRuleAttribute(string section, string rule) : Attribute, ITraitAttribute
{
    /// <summary>The section of the rule.</summary>
    public string Section { get; } = section;

    /// <summary>The rule, as a sentence.</summary>
    public string Rule { get; } = rule;

    /// <summary>How it is served, where the specification or its clients leave a choice.</summary>
    public string? Served { get; init; }

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("ProtocolRule", Section)];
}
