namespace Tideway.ShareRegistry.Shares;

/// <summary>What a share holds: a table or a volume.</summary>
internal interface IShareObject
{
    /// <summary>What its owner calls it.</summary>
    string SourceName { get; }

    /// <summary>Schema and name as recipients see them.</summary>
    string SharedAs { get; }
}
