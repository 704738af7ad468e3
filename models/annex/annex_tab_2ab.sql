{{ annex_tab_2(['agency', 'province']) }}
