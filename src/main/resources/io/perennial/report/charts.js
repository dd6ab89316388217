(function () {
  'use strict';
  var charts = JSON.parse(document.getElementById('chart-data').textContent);
  var drawn = [];
  var FIXED = { candidate: 'blue', champion: 'blue', parent: 'orange', previous: 'rose', model: 'teal', popularity: 'grey', 'recent popularity': 'purple', frequency: 'green', change: 'blue' };
  var PALETTE = ['blue', 'orange', 'green', 'purple', 'teal', 'rose', 'brown', 'grey'];
  var SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect', 'emptyTriangle', 'emptyDiamond'];
  var DASHES = ['solid', [6, 3], [2, 3], [8, 3, 2, 3], 'solid', [6, 3], [2, 3], [8, 3, 2, 3]];

  function theme() {
    var style = getComputedStyle(document.documentElement);
    return function (name) { return style.getPropertyValue('--' + name).trim(); };
  }

  function brief(name) { return name.length > 30 ? name.slice(0, 29) + '\u2026' : name; }

  function text(value, unit) {
    if (value === null || value === undefined || !isFinite(value)) return '\u2013';
    var size = Math.abs(value), out;
    if (unit === 'fold') return text(Math.pow(2, value), 'times');
    if (size >= 1000) out = Math.round(value).toLocaleString('en-US');
    else if (size >= 100 || value === Math.round(value)) out = String(Math.round(value));
    else if (size >= 10) out = value.toFixed(1);
    else if (size >= 1) out = value.toFixed(2);
    else if (size >= 0.01) out = value.toFixed(3);
    else out = String(Number(value.toPrecision(2)));
    out = out.replace('-', '\u2212');
    return unit === 'seconds' ? out + ' s' : unit === 'times' ? out + ' \u00d7' : out;
  }

  function axisText(unit) {
    return function (value) {
      if (unit === 'fold') return text(value, unit);
      if (unit === 'count') return text(value, unit);
      return String(Number(value.toPrecision(6))).replace('-', '\u2212') + (unit === 'seconds' ? ' s' : unit === 'times' ? ' \u00d7' : '');
    };
  }

  function base(get, chart) {
    return {
      animation: false,
      aria: { enabled: true, label: { enabled: false } },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: get('ink') },
      tooltip: { renderMode: 'richText', confine: true, backgroundColor: get('card'), borderColor: get('line'), textStyle: { color: get('ink'), fontSize: 13 } },
      legend: { type: 'scroll', top: 0, left: 0, itemGap: 14, formatter: brief, textStyle: { color: get('ink') }, pageTextStyle: { color: get('ink') }, pageIconColor: get('accent'), pageIconInactiveColor: get('line') },
      grid: { left: 4, right: 12, top: 40, bottom: 4, containLabel: true }
    };
  }

  function categoryAxis(get, names, width) {
    return { type: 'category', data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: get('line') } },
      axisLabel: { color: get('soft'), formatter: brief, hideOverlap: true, width: width, overflow: 'break', lineHeight: 15 } };
  }

  function valueAxis(get, chart) {
    return { type: 'value', axisLabel: { color: get('soft'), formatter: axisText(chart.unit) }, splitLine: { lineStyle: { color: get('grid') } } };
  }

  function color(get, name, index) { return get(Object.prototype.hasOwnProperty.call(FIXED, name) ? FIXED[name] : PALETTE[index % PALETTE.length]); }

  function intervals(get, chart, width) {
    var option = base(get, chart), bars = chart.series.length;
    var room = Math.max(40, (width - 70) / chart.categories.length - 6);
    option.xAxis = categoryAxis(get, chart.categories, room);
    option.xAxis.axisLabel.interval = chart.categories.length > width / 34 ? 'auto' : 0;
    option.yAxis = valueAxis(get, chart);
    if (chart.unit === 'fold') {
      option.xAxis.axisLine.onZero = false;
      option.yAxis.minInterval = 1;
      option.yAxis.min = function (range) { return Math.min(-1, Math.floor(range.min)); };
      option.yAxis.max = function (range) { return Math.max(1, Math.ceil(range.max)); };
    }
    option.series = [];
    if (bars === 1) option.legend.show = false;
    chart.series.forEach(function (series, s) {
      option.series.push({ name: series.name, type: 'bar', data: series.values, barMaxWidth: 34, barGap: '12%', barCategoryGap: '28%', itemStyle: { color: color(get, series.name, s), borderRadius: 2 } });
    });
    var whiskers = [];
    chart.series.forEach(function (series, s) {
      series.values.forEach(function (value, i) {
        if (series.low[i] !== null && series.high[i] !== null) whiskers.push([i, series.low[i], series.high[i], s]);
      });
    });
    if (whiskers.length) {
      option.series.push({
        name: '95 % interval', type: 'custom', silent: true, z: 5, data: whiskers, encode: { x: 0, y: [1, 2] }, itemStyle: { color: get('ink') },
        renderItem: function (params, api) {
          var layout = api.barLayout({ count: bars, barMaxWidth: 34, barGap: '12%', barCategoryGap: '28%' })[api.value(3)];
          var low = api.coord([api.value(0), api.value(1)]), high = api.coord([api.value(0), api.value(2)]);
          var x = low[0] + layout.offsetCenter, half = Math.min(5, layout.width / 3);
          var style = { stroke: get('ink'), lineWidth: 1.2, fill: null };
          return { type: 'group', children: [
            { type: 'line', shape: { x1: x, y1: low[1], x2: x, y2: high[1] }, style: style },
            { type: 'line', shape: { x1: x - half, y1: low[1], x2: x + half, y2: low[1] }, style: style },
            { type: 'line', shape: { x1: x - half, y1: high[1], x2: x + half, y2: high[1] }, style: style }] };
        }
      });
      option.legend.data = chart.series.map(function (series) { return series.name; });
    }
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { type: 'shadow' };
    option.tooltip.formatter = function (points) {
      if (!points.length) return '';
      var at = points[0].dataIndex, lines = [points[0].name];
      var index = chart.categories.indexOf(points[0].name);
      if (index >= 0) at = index;
      chart.series.forEach(function (series) {
        var line = series.name + ': ' + text(series.values[at], chart.unit);
        if (series.low[at] !== null && series.high[at] !== null) line += ' (' + text(series.low[at], chart.unit) + ' to ' + text(series.high[at], chart.unit) + ')';
        lines.push(line);
      });
      return lines.join('\n');
    };
    return option;
  }

  function nightName(name) { return brief(name.split(' \u00b7 ')[0]); }

  function lines(get, chart, width) {
    var option = base(get, chart), logarithmic = chart.unit === 'times';
    option.xAxis = categoryAxis(get, chart.categories, 90);
    option.xAxis.axisLabel.formatter = nightName;
    option.xAxis.boundaryGap = true;
    option.yAxis = [valueAxis(get, chart)];
    if (logarithmic) option.yAxis[0].type = 'log';
    else option.yAxis[0].scale = false;
    var many = chart.categories.length > 60;
    option.series = chart.series.map(function (series, s) {
      var main = s === 0 && series.name === 'champion';
      var shade = color(get, series.name, s);
      return { name: series.name, type: 'line', data: series.values.map(function (v) { return logarithmic && v !== null && v <= 0 ? null : v; }), connectNulls: false,
        symbol: SYMBOLS[s % SYMBOLS.length], symbolSize: many ? 3 : 7, lineStyle: { width: main ? 3 : 1.6, type: DASHES[s % DASHES.length], color: shade }, itemStyle: { color: shade }, z: main ? 4 : 2 };
    });
    var words = {};
    if (chart.marks.length) {
      option.yAxis.push({ type: 'value', show: false, min: 0, max: 1 });
      option.grid.bottom = 4;
      option.yAxis[0].min = function (range) { return range.min >= 0 ? -0.12 * range.max : range.min - 0.12 * (range.max - range.min); };
      option.yAxis[0].axisLabel.showMinLabel = false;
      option.yAxis[0].axisLabel.formatter = function (value) { return value < 0 ? '' : axisText(chart.unit)(value); };
      chart.marks.forEach(function (mark) {
        var promoted = mark.name === 'promoted';
        mark.points.forEach(function (point) { words[point.index] = point.text; });
        option.series.push({ name: mark.name, type: 'scatter', yAxisIndex: 1, z: 6,
          symbol: promoted ? 'circle' : 'path://M0 2 L2 0 L6 4 L10 0 L12 2 L8 6 L12 10 L10 12 L6 8 L2 12 L0 10 L4 6 Z',
          symbolSize: many ? 5 : promoted ? 9 : 12, itemStyle: { color: promoted ? get('good') : get('bad') },
          data: mark.points.map(function (point) { return [point.index, 0.04]; }) });
      });
    }
    option.tooltip.trigger = 'axis';
    option.tooltip.formatter = function (points) {
      if (!points.length) return '';
      var at = points[0].seriesType === 'scatter' ? points[0].value[0] : points[0].dataIndex;
      var out = [chart.categories[at]];
      chart.series.forEach(function (series) { out.push(series.name + ': ' + text(series.values[at], chart.unit)); });
      if (words[at]) out.push(words[at].length > 110 ? words[at].slice(0, 107) + '\u2026' : words[at]);
      return out.join('\n');
    };
    if (many) option.dataZoom = [{ type: 'inside' }];
    return option;
  }

  function stack(get, chart, width) {
    var option = base(get, chart), single = chart.categories.length === 1;
    var names = categoryAxis(get, chart.categories, 90), values = valueAxis(get, chart);
    names.axisLabel.formatter = nightName;
    option.aria.decal = { show: true };
    option.xAxis = single ? values : names;
    option.yAxis = single ? names : values;
    if (single) { option.yAxis.axisLabel.show = false; option.grid.left = 16; }
    option.series = chart.series.map(function (series, s) {
      return { name: series.name, type: 'bar', stack: 'all', data: series.values, barMaxWidth: single ? 60 : 44, itemStyle: { color: get(PALETTE[s % PALETTE.length]), borderColor: get('card'), borderWidth: 1 } };
    });
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { type: 'shadow' };
    option.tooltip.formatter = function (points) {
      if (!points.length) return '';
      var at = points[0].dataIndex, sum = 0, out = [chart.categories[at]];
      chart.series.forEach(function (series) { if (series.values[at] !== null) { sum += series.values[at]; out.push(series.name + ': ' + text(series.values[at], chart.unit)); } });
      out.push('together: ' + text(sum, chart.unit));
      return out.join('\n');
    };
    return option;
  }

  function heat(get, chart, width) {
    var option = base(get, chart), low = Infinity, high = -Infinity;
    chart.cells.forEach(function (cell) { low = Math.min(low, cell[2]); high = Math.max(high, cell[2]); });
    if (!(high > low)) { high = low + 1e-9; }
    option.legend.show = false;
    option.grid.top = 26;
    option.grid.bottom = 52;
    option.xAxis = categoryAxis(get, chart.categories);
    option.xAxis.position = 'top';
    option.xAxis.name = '';
    option.yAxis = categoryAxis(get, chart.rows);
    option.yAxis.inverse = true;
    option.visualMap = { min: low, max: high, calculable: false, orient: 'horizontal', left: 0, bottom: 0, itemHeight: 140, itemWidth: 12,
      inRange: { color: [get('heat-low'), get('heat-high')] }, text: [text(high, chart.unit), text(low, chart.unit)], textStyle: { color: get('soft') } };
    var space = (width - 60) / chart.categories.length;
    option.series = [{ type: 'heatmap', data: chart.cells.map(function (cell) {
      var strong = (cell[2] - low) / (high - low) > 0.5;
      return { value: cell, label: { color: strong ? get('card') : get('ink') } };
    }), label: { show: space > 44 && chart.rows.length <= 16, formatter: function (p) { return text(p.value[2], chart.unit); } }, itemStyle: { borderColor: get('card'), borderWidth: 2 } }];
    option.tooltip.formatter = function (point) {
      return 'version ' + chart.rows[point.value[1]].slice(1) + ' on the window of ' + chart.categories[point.value[0]] + ': ' + text(point.value[2], chart.unit);
    };
    return option;
  }

  function scatter(get, chart, width) {
    var option = base(get, chart), logarithmic = chart.across === 'seconds';
    option.xAxis = valueAxis(get, { unit: chart.across });
    if (logarithmic) option.xAxis.type = 'log';
    else option.xAxis.scale = true;
    option.yAxis = valueAxis(get, chart);
    option.yAxis.scale = true;
    [option.xAxis, option.yAxis].forEach(function (axis, n) { axis.name = chart.names[n]; axis.nameTextStyle = { color: get('soft'), align: n === 0 ? 'right' : 'left' }; });
    option.xAxis.nameLocation = 'end';
    option.xAxis.nameGap = 6;
    option.xAxis.nameTextStyle.verticalAlign = 'bottom';
    option.xAxis.nameTextStyle.padding = [0, 0, 6, 0];
    option.legend.show = false;
    option.grid.right = 30;
    option.series = chart.series.map(function (series, s) {
      return { name: series.name, type: 'scatter', data: [series.values], symbol: SYMBOLS[s % SYMBOLS.length], symbolSize: 11, itemStyle: { color: color(get, series.name, s) },
        label: { show: true, position: 'top', formatter: brief(series.name), color: get('ink') }, labelLayout: { moveOverlap: 'shiftY' } };
    });
    option.tooltip.formatter = function (point) {
      return point.seriesName + '\n' + chart.names[0] + ': ' + text(point.value[0], chart.across) + '\n' + chart.names[1] + ': ' + text(point.value[1], chart.unit);
    };
    return option;
  }

  function paths(get, chart, width) {
    var option = scatter(get, { unit: chart.unit, across: chart.across, names: chart.names, series: [] }, width);
    option.legend.show = true;
    option.grid.top = 64;
    option.grid.right = 60;
    option.series = chart.series.map(function (series, s) {
      return { name: series.name, type: 'line', symbol: SYMBOLS[s % SYMBOLS.length], symbolSize: 9, lineStyle: { width: 2, type: DASHES[s % DASHES.length] }, itemStyle: { color: color(get, series.name, s) },
        data: series.points.map(function (point) { return { name: point.name, value: point.values }; }),
        label: { show: true, position: 'top', formatter: function (point) { return brief(point.name); }, color: get('ink') }, labelLayout: { hideOverlap: true } };
    });
    option.tooltip.formatter = function (point) {
      return point.seriesName + ' ' + point.name + '\n' + chart.names[0] + ': ' + text(point.value[0], chart.across) + '\n' + chart.names[1] + ': ' + text(point.value[1], chart.unit);
    };
    return option;
  }

  var KINDS = { intervals: intervals, lines: lines, stack: stack, heat: heat, scatter: scatter, paths: paths };

  function draw() {
    var get = theme();
    drawn.forEach(function (one) {
      one.chart.setOption(KINDS[one.data.kind](get, one.data, one.node.clientWidth), true);
    });
  }

  charts.forEach(function (one) {
    var node = document.getElementById('chart-' + one.id);
    drawn.push({ node: node, data: one.data, chart: echarts.init(node, null, { renderer: 'canvas' }) });
  });
  draw();
  var waiting = false;
  function resize() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(function () {
      waiting = false;
      drawn.forEach(function (one) { one.chart.resize(); });
      draw();
    });
  }
  window.addEventListener('resize', resize);
  window.addEventListener('beforeprint', function () {
    document.documentElement.classList.add('printing');
    drawn.forEach(function (one) { one.chart.resize(); });
    draw();
  });
  window.addEventListener('afterprint', function () {
    document.documentElement.classList.remove('printing');
    resize();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
})();
