using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>The signed addresses by which recipients read files of a local disk.</summary>
public sealed class FileUrlOptions : IValidatableObject
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Files";

    /// <summary>
    /// Secrets in base64, at least 32 bytes each. The first signs, all verify: to rotate, put the new one first and drop the old one after
    /// <see cref="UrlLifetime"/>. The same in every replica of the services that sign or serve files.
    /// </summary>
    [Required]
    [MinLength(1)]
    public string[] SigningKeys { get; set; } = [];

    /// <summary>How long an address is good for. Some clients renew only what has less than 15 minutes left.</summary>
    [DurationRange("00:00:05", "7.00:00:00")]
    public TimeSpan UrlLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The keys as bytes.</summary>
    internal IReadOnlyList<byte[]> DecodeKeys() => [.. SigningKeys.Select(Convert.FromBase64String)];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        for (var i = 0; i < SigningKeys.Length; i++)
        {
            var bytes = new byte[SigningKeys[i].Length];
            if (!Convert.TryFromBase64String(SigningKeys[i], bytes, out var length) || length < 32)
                yield return new ValidationResult($"{Section}:SigningKeys:{i} must be at least 32 bytes in base64.", [nameof(SigningKeys)]);
        }
    }
}
