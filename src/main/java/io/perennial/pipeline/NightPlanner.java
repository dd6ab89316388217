package io.perennial.pipeline;

import io.perennial.config.PipelineDefinition;
import io.perennial.event.EventTable;
import io.perennial.registry.ForeignFamilyException;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.RunState;
import io.perennial.registry.SliceState;
import io.perennial.slice.EventSlice;
import io.perennial.slice.SliceSelector;
import io.perennial.slice.Watermark;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Decides what a night learns: what is new, together with what earlier nights tried in vain; and,
 * if that is rejected, the new part alone. Reads only; the same registry and source give the same
 * plan.
 */
final class NightPlanner {
  private final PipelineDefinition pipeline;
  private final ModelRegistry registry;
  private final RunJournal journal;
  private final EventTable source;

  NightPlanner(
      PipelineDefinition pipeline, ModelRegistry registry, RunJournal journal, EventTable source) {
    this.journal = journal;
    this.pipeline = pipeline;
    this.registry = registry;
    this.source = source;
  }

  NightPlan plan(NightRequest request) {
    Optional<ModelVersion> champion = registry.alias(pipeline.name(), "champion");
    champion.ifPresent(version -> ForeignFamilyException.check(version, pipeline.family()));
    boolean anew =
        request.start() == NightRequest.Start.FULL_REBUILD
            && champion.filter(this::sourceWentOn).isEmpty();
    Watermark consumed =
        anew ? Watermark.NOTHING : champion.map(v -> v.slice().to()).orElse(Watermark.NOTHING);
    if (!anew) {
      champion.ifPresent(this::checkSource);
    }
    List<SliceState> slices =
        registry.slices(pipeline.name()).stream()
            .filter(s -> s.slice().tableId().equals(source.tableId()))
            .toList();
    List<SliceState> passedOver = anew ? List.of() : passedOver(champion, consumed, slices);
    List<SliceState> admitted = admitted(request, slices, passedOver);
    Optional<EventSlice> bounds = bounds(request, consumed, champion);
    if (bounds.isEmpty() && admitted.isEmpty() && request.start() == NightRequest.Start.WARM) {
      return new NightPlan(
          List.of(), champion, new EventSlice(source.tableId(), consumed, consumed), List.of());
    }
    EventSlice all = bounds.orElse(new EventSlice(source.tableId(), consumed, consumed));
    List<SliceState> pending = pendingBefore(all, consumed, slices);
    Watermark tried =
        pending.stream()
            .map(s -> s.slice().to())
            .max(Comparator.comparing(Watermark::eventTime).thenComparing(Watermark::commit))
            .orElse(all.from());
    EventSlice fresh = new EventSlice(all.tableId(), tried, all.to());
    List<String> remarks = new ArrayList<>();
    List<Attempt> attempts = new ArrayList<>();
    if (request.start() == NightRequest.Start.FULL_REBUILD) {
      List<SliceState> setAside = inState(slices, SliceState.State.SET_ASIDE);
      EventSlice everything = new EventSlice(all.tableId(), lineBegin(champion, all), all.to());
      attempts.add(
          new Attempt(
              everything,
              fresh,
              Optional.empty(),
              champion,
              pending,
              excluding(setAside, admitted),
              admitted));
    } else {
      List<SliceState> aside = excluding(passedOver, admitted);
      attempts.add(new Attempt(all, fresh, champion, champion, pending, aside, admitted));
      if (!pending.isEmpty() && !fresh.isEmpty()) {
        remarks.add(
            "The night tries "
                + (pending.size() == 1 ? "1 rejected slice" : pending.size() + " rejected slices")
                + " again together with its new events, and its new events alone if that is"
                + " rejected.");
        List<SliceState> leftOut = new ArrayList<>(aside);
        leftOut.addAll(pending);
        attempts.add(new Attempt(fresh, fresh, champion, champion, List.of(), leftOut, admitted));
      }
    }
    return new NightPlan(attempts, champion, all, remarks);
  }

  private Optional<EventSlice> bounds(
      NightRequest request, Watermark consumed, Optional<ModelVersion> champion) {
    List<RunState> runs = journal.runs();
    Optional<RunState> unfinished = unfinished(request, runs);
    if (unfinished.isPresent()) {
      Watermark to = unfinished.get().opened().slice().to();
      Watermark from = champion.isPresent() ? consumed : unfinished.get().opened().slice().from();
      if (!to.eventTime().isBefore(from.eventTime()) && to.commit() >= from.commit()) {
        return Optional.of(new EventSlice(source.tableId(), from, to));
      }
    }
    if (lookedAt(request, champion, runs)) {
      return Optional.empty();
    }
    return SliceSelector.select(source, consumed, request.interval());
  }

  /**
   * Whether the champion's night looked at the interval already, though it may have learnt less:
   * without absorption its validation window is learnt by the next night, not by the same one
   * again.
   */
  private static boolean lookedAt(
      NightRequest request, Optional<ModelVersion> champion, List<RunState> runs) {
    return champion.isPresent()
        && request.interval().isPresent()
        && runs.stream()
            .filter(run -> run.opened().runId().equals(champion.get().runId()))
            .anyMatch(
                run ->
                    !request.interval().get().to().isAfter(run.opened().slice().to().eventTime()));
  }

  /**
   * The last run of this request if it is to be resumed (it died) or only looked up (it was
   * rejected and nothing changed since): its bounds are read instead of being decided afresh.
   */
  private Optional<RunState> unfinished(NightRequest request, List<RunState> runs) {
    return runs.stream()
        .filter(run -> run.interval().equals(request.interval()))
        .filter(run -> run.opened().version() > 0)
        .reduce((first, second) -> second)
        .filter(run -> run.opened().pipelineDigest().equals(pipeline.digest()))
        .filter(run -> run.opened().slice().tableId().equals(source.tableId()))
        .filter(
            run ->
                !run.closed()
                    || (request.interval().isPresent()
                        && run.outcome().equals(Optional.of("rejected"))));
  }

  /**
   * Whether the table is the one that the champion learnt from, and has not gone back behind it.
   */
  private boolean sourceWentOn(ModelVersion champion) {
    return source.tableId().equals(champion.slice().tableId())
        && source.latestVersion() >= champion.slice().to().commit();
  }

  /**
   * Slices that are pending though the champion's line is past them without having learnt them:
   * their nights were rejected, and a version that left them out was promoted by hand. They are as
   * if set aside.
   */
  private List<SliceState> passedOver(
      Optional<ModelVersion> champion, Watermark consumed, List<SliceState> slices) {
    List<SliceState> passed =
        inState(slices, SliceState.State.PENDING).stream()
            .filter(s -> !isAfter(s, consumed))
            .toList();
    if (passed.isEmpty()) {
      return passed;
    }
    List<EventSlice> learnt = new ArrayList<>();
    for (Optional<ModelVersion> v = champion;
        v.isPresent();
        v = v.get().parent().flatMap(this::version)) {
      learnt.add(v.get().slice());
    }
    return passed.stream()
        .filter(s -> learnt.stream().noneMatch(l -> covers(l, s.slice())))
        .toList();
  }

  private Optional<ModelVersion> version(long number) {
    return registry.version(pipeline.name(), number);
  }

  private static boolean covers(EventSlice learnt, EventSlice slice) {
    return !learnt.from().eventTime().isAfter(slice.from().eventTime())
        && !learnt.to().eventTime().isBefore(slice.to().eventTime());
  }

  private static boolean isAfter(SliceState slice, Watermark consumed) {
    Watermark to = slice.slice().to();
    return to.eventTime().isAfter(consumed.eventTime()) || to.commit() > consumed.commit();
  }

  private void checkSource(ModelVersion champion) {
    source.requireSame(champion.slice().tableId());
  }

  private static List<SliceState> pendingBefore(
      EventSlice all, Watermark consumed, List<SliceState> slices) {
    return inState(slices, SliceState.State.PENDING).stream()
        .filter(s -> !s.slice().to().equals(all.to()))
        .filter(s -> !s.slice().to().eventTime().isAfter(all.to().eventTime()))
        .filter(s -> s.slice().to().commit() <= all.to().commit())
        .filter(s -> isAfter(s, consumed))
        .toList();
  }

  private List<SliceState> admitted(
      NightRequest request, List<SliceState> slices, List<SliceState> passedOver) {
    if (request.include().isEmpty()) {
      return List.of();
    }
    String wanted = request.include().get();
    List<SliceState> setAside = new ArrayList<>(inState(slices, SliceState.State.SET_ASIDE));
    setAside.addAll(passedOver);
    return List.of(
        setAside.stream()
            .filter(s -> s.sliceId().equals(wanted))
            .findFirst()
            .orElseThrow(
                () ->
                    new UnknownSliceException(
                        "Cannot include slice "
                            + wanted
                            + " of pipeline "
                            + pipeline.name()
                            + ": no slice of that name was set aside ("
                            + (setAside.isEmpty()
                                ? "there is none"
                                : "those that were: "
                                    + String.join(
                                        ", ", setAside.stream().map(SliceState::sliceId).toList()))
                            + "). See 'sql \"SELECT * FROM slice_states\"'.")));
  }

  private Watermark lineBegin(Optional<ModelVersion> champion, EventSlice all) {
    Optional<ModelVersion> root = champion;
    while (root.isPresent() && root.get().parent().isPresent()) {
      root = registry.version(pipeline.name(), root.get().parent().get());
    }
    return root.map(v -> v.slice().from()).orElse(all.from());
  }

  private static List<SliceState> inState(List<SliceState> slices, SliceState.State state) {
    return slices.stream().filter(s -> s.state() == state).toList();
  }

  private static List<SliceState> excluding(List<SliceState> slices, List<SliceState> excluded) {
    return slices.stream()
        .filter(s -> excluded.stream().noneMatch(x -> Objects.equals(x.sliceId(), s.sliceId())))
        .toList();
  }
}
