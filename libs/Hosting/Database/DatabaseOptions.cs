using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.Hosting.Database;

/// <summary>Which database engine holds a service's state.</summary>
public enum DatabaseEngine
{
    /// <summary>One file per service below <see cref="DatabaseOptions.Folder"/>; for one machine.</summary>
    Sqlite,

    /// <summary>One schema per service in the database of <see cref="DatabaseOptions.ConnectionString"/>.</summary>
    PostgreSql,
}

/// <summary>Where the services of this process keep their state.</summary>
public sealed class DatabaseOptions : IValidatableObject
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Database";

    /// <summary>The engine; SQLite unless told otherwise.</summary>
    public DatabaseEngine Engine { get; set; } = DatabaseEngine.Sqlite;

    /// <summary>SQLite: folder of the database files, one per service; made when missing.</summary>
    public string Folder { get; set; } = "data/databases";

    /// <summary>PostgreSQL: Npgsql connection string. The schema of a service is its name with underscores, for example <c>share_registry</c>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>SQLite: <c>FULL</c> keeps every commit through a power failure; <c>NORMAL</c> keeps it through the end of the process only, and is quicker.</summary>
    [RegularExpression("FULL|NORMAL")]
    public string SqliteSynchronous { get; set; } = "FULL";

    /// <summary>How long a statement may take, and a writer may wait for its turn.</summary>
    [DurationRange("00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Engine == DatabaseEngine.PostgreSql && string.IsNullOrWhiteSpace(ConnectionString))
        {
            yield return new ValidationResult($"{Section}:ConnectionString is needed where {Section}:Engine is PostgreSql.", [nameof(ConnectionString)]);
        }
    }
}
