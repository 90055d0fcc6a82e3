using System.ComponentModel.DataAnnotations;

namespace Tideway.Hosting.Secrets;

/// <summary>
/// Keys for what is encrypted at rest. Several may be given for rotation: the first encrypts, all decrypt. Checked when something is first
/// encrypted or decrypted.
/// </summary>
public sealed class SecretOptions : IValidatableObject
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Secrets";

    /// <summary>File with one key per line, each 32 bytes as Base64; empty lines and lines that begin with <c>#</c> are skipped.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The keys themselves, each 32 bytes as Base64; for where they come from the environment.</summary>
    public IList<string> Keys { get; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((Keys.Count > 0) == (KeyFile is not null))
            yield return new ValidationResult(
                $"Either {Section}:KeyFile or {Section}:Keys is needed to keep secrets encrypted, and not both.",
                [nameof(KeyFile)]
            );
        for (var i = 0; i < Keys.Count; i++)
        {
            if (SecretKey.Parse(Keys[i]) is null)
                yield return new ValidationResult($"{Section}:Keys:{i} must be {SecretKey.Size} bytes as Base64.", [nameof(Keys)]);
        }
    }
}
