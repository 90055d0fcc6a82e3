using System.Text.Json;

namespace Tideway.Cli.Output;

/// <summary>Where the items of a list go one by one, however many there are.</summary>
internal interface IListOutput
{
    void Add(JsonElement item);

    /// <summary>Shows what there is to show by now, because the next item may take its time.</summary>
    void Flush();

    /// <summary>There are no more.</summary>
    void End();
}
