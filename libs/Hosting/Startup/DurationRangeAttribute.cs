using System.ComponentModel.DataAnnotations;

namespace Tideway.Hosting.Startup;

/// <summary>
/// Shortest and longest value of a <see cref="TimeSpan"/> option, both allowed. <see cref="RangeAttribute"/> with a type is not safe where several
/// hosts start in one process at the same moment, as they do in tests.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationRangeAttribute(string shortest, string longest) : ValidationAttribute
{
    /// <summary>Shortest value.</summary>
    public TimeSpan Shortest { get; } = TimeSpan.Parse(shortest);

    /// <summary>Longest value.</summary>
    public TimeSpan Longest { get; } = TimeSpan.Parse(longest);

    /// <inheritdoc />
    public override bool IsValid(object? value) => value is null || (value is TimeSpan duration && duration >= Shortest && duration <= Longest);

    /// <inheritdoc />
    public override string FormatErrorMessage(string name) => $"The field {name} must be between {Shortest} and {Longest}.";
}
