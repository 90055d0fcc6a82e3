using Xunit.v3;

namespace Tideway.Testing;

/// <summary>
/// Says which rule of the sharing protocol a test shows, so that the page of what is supported can be made from the tests: the section, the rule in a sentence, and how it is served
/// where the specification leaves a choice.
/// </summary>
/// <param name="section">The section of the checklist of rules, such as <c>1.6</c>.</param>
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
